import {
  startFaultLab,
  startWebhookReceiver,
  type FaultLab,
  type Gateway,
  type GatewayProcess,
  type WebhookReceiver,
} from '@tollgate/testing';
import { MASTER_KEY, SEED_VARIABLES, eventually, json } from './_seed.js';

const ADMIN = { ...json, authorization: `Bearer ${MASTER_KEY}` };

/** An output token is a cent; a hidden prompt costs nothing. */
const configOf = (lab: FaultLab): string => `
model_list:
  - model_name: cents
    litellm_params: { model: openai/gpt-4o, api_key: sk-lab-key, api_base: '${lab.url}/v1',
      input_cost_per_token: 0, output_cost_per_token: 0.01 }
general_settings:
  master_key: ${MASTER_KEY}
  alerting: [slack, webhook]
  alert_types: [budget_alerts, virtual_key_created]
  alert_webhook_secret: whisper
`;

interface Subject {
  readonly gateway: Gateway<string>;
  readonly billing: GatewayProcess;
}

/** Alerts of a running gateway, whichever way it runs. */
export function describeAlerts(
  start: (options: { config: string; env: Record<string, string> }) => Promise<Subject>,
): void {
  let lab: FaultLab;
  let receiver: WebhookReceiver;
  let subject: Subject;

  beforeAll(async () => {
    [lab, receiver] = await Promise.all([startFaultLab(), startWebhookReceiver()]);
    const env = {
      ...SEED_VARIABLES,
      SLACK_WEBHOOK_URL: `${receiver.url}/slack`,
      WEBHOOK_URL: `${receiver.url}/generic`,
    };
    subject = await start({ config: configOf(lab), env });
  }, 120_000);
  afterAll(async () => {
    await subject.gateway.stop();
    await Promise.all([receiver.stop(), lab.close()]);
  });
  beforeEach(() => receiver.answer({ status: 200 }));

  const post = (path: string, body: object, key = MASTER_KEY): Promise<Response> =>
    fetch(`${subject.gateway.url}${path}`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`${subject.gateway.url}${path}`, { headers: ADMIN })).json();

  const newKey = async (alias: string, limits: object): Promise<string> => {
    const response = await post('/key/generate', { key_alias: alias, ...limits });
    expect(response.status).toBe(200);
    return ((await response.json()) as { key: string }).key;
  };
  /** Costs so many cents. */
  const spend = async (cents: number, key: string): Promise<number> => {
    const model = {
      model: 'cents',
      max_tokens: cents,
      messages: [{ role: 'user', content: 'Hello '.repeat(99) }],
    };
    const response = await post('/v1/chat/completions', model, key);
    await response.text();
    return response.status;
  };
  const told = (alias: string): string[] =>
    receiver.accepted
      .filter(({ path, text }) => path.endsWith('/generic') && text.includes(alias))
      .map(({ body }) => String(body['event']));
  const tells = (alias: string, events: readonly string[]): Promise<string[]> =>
    eventually(
      async () => told(alias),
      (seen) => [...seen].sort().join() === [...events].sort().join(),
      15_000,
    );

  it('tells of the soft budget and of the hard one, each once and to each channel', async () => {
    const key = await newKey('spender', { max_budget: 1, soft_budget: 0.5 });
    await tells('spender', ['key_created']);
    expect(await spend(40, key)).toBe(200);
    expect(await spend(15, key)).toBe(200);
    await tells('spender', ['key_created', 'soft_budget_crossed']);
    expect(await spend(45, key)).toBe(200);
    await tells('spender', ['key_created', 'soft_budget_crossed', 'budget_crossed']);
    expect(await spend(1, key)).toBe(422);
    // Each channel has its own deliveries: one may be told a little later than the other.
    const slack = await eventually(
      async () =>
        receiver.accepted.filter(({ path, text }) => path.endsWith('/slack') && text.includes('spender')),
      ({ length }) => length >= 3,
    );
    expect(slack.map(({ body }) => String(body['text']).split('Message: ')[1])).toEqual([
      expect.stringMatching(/^Virtual key 'spender'/),
      expect.stringMatching(/^Soft budget crossed: key 'spender' .* has spent \$0\.55 of \$0\.50/),
      expect.stringMatching(/^Budget crossed: key 'spender' .* has spent \$1\.00 of \$1\.00/),
    ]);
    const signed = receiver.accepted.find(({ path }) => path.endsWith('/generic'));
    expect(signed?.headers['x-tollgate-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
  });

  it('loses no alert and repeats none when the receiver is down and billing is killed meanwhile', async () => {
    const key = await newKey('unlucky', { max_budget: 1, soft_budget: 0.3 });
    await tells('unlucky', ['key_created']);
    receiver.answer('broken');
    expect(await spend(35, key)).toBe(200);
    await eventually(
      () => get('/alerts?type=budget_alerts&limit=1'),
      (page) => (JSON.stringify(page).match(/"last_error":"cannot/g) ?? []).length === 2,
    );
    await subject.billing.kill('SIGKILL');
    await subject.billing.restart();
    receiver.answer({ status: 200 });
    await tells('unlucky', ['key_created', 'soft_budget_crossed']);
    const { alerts } = (await get('/alerts?type=budget_alerts&limit=1')) as {
      alerts: { message: string; deliveries: { destination: string; state: string; attempts: number }[] }[];
    };
    expect(alerts[0]?.message).toContain('unlucky');
    await eventually(
      () => get('/alerts?type=budget_alerts&limit=1'),
      (page) => (JSON.stringify(page).match(/"state":"delivered"/g) ?? []).length === 2,
      15_000,
    );
  }, 60_000);

  it('tests a channel', async () => {
    expect(await get('/health/services?service=webhook')).toMatchObject({ status: 'success' });
    receiver.answer({ status: 500 });
    expect(await get('/health/services?service=slack')).toMatchObject({
      status: 'unhealthy',
      message: 'The test alert did not arrive: slack refused with status 500',
    });
  });
}
