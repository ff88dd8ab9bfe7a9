import type { FaultLab, GatewayProcess } from '@tollgate/testing';
import { MASTER_KEY, eventually, json } from './_seed.js';

/** A gateway that runs, with the lab behind it. */
export interface BudgetSubject {
  readonly lab: FaultLab;
  /** Of every ingress. */
  readonly ingresses: readonly GatewayProcess[];
}

/** A token of an answer costs $0.0001, a prompt nothing: an answer of 100 tokens costs a cent, exactly. */
export const budgetConfig = (labUrl: string): object => ({
  model_list: [
    {
      model_name: 'cent',
      litellm_params: {
        ...{ model: 'openai/own?tokens=100&delayMs=20', api_base: `${labUrl}/v1`, api_key: 'sk-lab' },
        ...{ input_cost_per_token: 0, output_cost_per_token: 0.0001 },
      },
    },
    {
      model_name: 'stuck',
      litellm_params: {
        ...{ model: 'openai/own?tokens=100&delayMs=60000', api_base: `${labUrl}/v1`, api_key: 'sk-lab' },
        ...{ input_cost_per_token: 0, output_cost_per_token: 0.0001 },
      },
    },
    {
      model_name: 'long',
      litellm_params: {
        ...{ model: 'openai/own?tokens=4000', api_base: `${labUrl}/v1`, api_key: 'sk-lab' },
        ...{ input_cost_per_token: 0, output_cost_per_token: 0.0001 },
      },
    },
    {
      model_name: 'slow',
      litellm_params: {
        ...{ model: 'openai/own?tokens=100&chunkDelayMs=20', api_base: `${labUrl}/v1`, api_key: 'sk-lab' },
        ...{ input_cost_per_token: 0, output_cost_per_token: 0.0001 },
      },
    },
    {
      model_name: 'failing',
      litellm_params: {
        ...{ model: 'openai/own?status=500', api_base: `${labUrl}/v1`, api_key: 'sk-lab' },
        ...{ input_cost_per_token: 0, output_cost_per_token: 0.000001 },
      },
    },
    {
      model_name: 'free',
      litellm_params: {
        ...{ model: 'openai/own', api_base: `${labUrl}/v1`, api_key: 'sk-lab' },
        ...{ input_cost_per_token: 0, output_cost_per_token: 0 },
      },
    },
  ],
  general_settings: { master_key: MASTER_KEY, budget_wait: 30, hold_grace: 20 },
  litellm_settings: { num_retries: 0 },
  router_settings: { retry_budget: 'off', num_retries: 0 },
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A key's budget as its counters have it, and what the ledger's rows add up to. In dollars. */
interface Standing {
  readonly spend: number;
  readonly held: number;
  readonly due: number;
  readonly ledger: number;
}

/** What further tests of the same gateway need. */
export interface BudgetTools {
  newKey(fields: object): Promise<string>;
  call(key: string, body: object, at?: string): Promise<Answer>;
  /** Once nothing is held or owed any more and the counters are the ledger. */
  settled(key: string): Promise<Standing>;
}

const messages = [{ role: 'user', content: 'Hello' }];
const ADMIN = { ...json, authorization: `Bearer ${MASTER_KEY}` };
const NANOS = 1e9;

export function describeBudgets(subject: () => BudgetSubject): BudgetTools {
  let next = 0;
  /** The ingresses in turn. */
  const url = (): string => {
    const { ingresses } = subject();
    const alive = ingresses.filter(({ pid }) => pid !== 0);
    return alive[(next += 1) % alive.length]!.url;
  };

  const admin = async (path: string, body: object): Promise<Record<string, never>> => {
    const response = await fetch(`${url()}${path}`, {
      method: 'POST',
      headers: ADMIN,
      body: JSON.stringify(body),
    });
    const text = await response.text();
    expect([path, response.status, text]).toEqual([path, 200, text]);
    return JSON.parse(text) as Record<string, never>;
  };

  const newKey = async (fields: object): Promise<string> => (await admin('/key/generate', fields))['key']!;

  const call = async (key: string, body: object, at = url()): Promise<Answer> => {
    const response = await fetch(`${at}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${key}` },
      body: JSON.stringify({ messages, ...body }),
    });
    return { status: response.status, text: await response.text() };
  };

  /** The first budget of a key, as its counters have it. */
  const budgetOf = async (key: string): Promise<Omit<Standing, 'ledger'>> => {
    const { limits } = (await admin('/key/explain', { key })) as unknown as {
      limits: { limit: string; used: number; held: number; due: number }[];
    };
    const budget = limits.find(({ limit }) => limit === 'budget');
    return { spend: budget?.used ?? NaN, held: budget?.held ?? NaN, due: budget?.due ?? NaN };
  };

  /** What the rows of the ledger add up to for a key, in dollars. */
  const ledgerOf = async (key: string): Promise<number> => {
    const today = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const query = `api_key=${key}&start_date=${today}&end_date=${tomorrow}&summarize=false`;
    const response = await fetch(`${url()}/spend/logs?${query}`, { headers: ADMIN });
    const rows = (await response.json()) as { spend: number }[];
    return rows.reduce((sum, { spend }) => sum + Math.round(spend * NANOS), 0) / NANOS;
  };

  const settled = async (key: string): Promise<Standing> =>
    eventually(
      async () => ({ ...(await budgetOf(key)), ledger: await ledgerOf(key) }),
      ({ held, due, spend, ledger }) =>
        held === 0 && due === 0 && Math.round(spend * NANOS) === Math.round(ledger * NANOS),
      90_000,
    );

  const statuses = (answers: readonly Answer[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };

  /** Tokens that the lab served since a number of calls. */
  const servedSince = (first: number): number =>
    subject()
      .lab.calls()
      .slice(first)
      .reduce((sum, { completionTokens }) => sum + completionTokens, 0);

  describe('a budget of $1.00 and a thousand calls at once that cost a cent each', () => {
    it.each([
      ['answers', { model: 'cent', max_tokens: 100 }],
      ['streams', { model: 'cent', max_tokens: 100, stream: true }],
      ['answers of a length that nobody tells', { model: 'cent' }],
    ])(
      '%s: a hundred succeed, nine hundred are refused, a dollar is spent',
      async (_what, body) => {
        const key = await newKey({ max_budget: 1 });
        const first = subject().lab.calls().length;
        const answers = await Promise.all(Array.from({ length: 1_000 }, () => call(key, body)));
        const unforeseen = answers.filter(({ status }) => status !== 200 && status !== 422);
        expect(unforeseen).toEqual([]);
        expect(statuses(answers)).toEqual({ 200: 100, 422: 900 });
        expect(await settled(key)).toEqual({ spend: 1, held: 0, due: 0, ledger: 1 });
        expect(servedSince(first)).toBe(10_000);
        const [refused] = answers.filter(({ status }) => status === 422);
        expect(refused?.text).toContain('Budget has been exceeded! Key=');
        expect((await call(key, { model: 'free' })).status).toBe(200);
      },
      180_000,
    );
  });

  it('clients that hang up: never over, and in the end the counters are the ledger', async () => {
    const key = await newKey({ max_budget: 0.5 });
    const first = subject().lab.calls().length;
    const hangUp = async (number: number): Promise<void> => {
      const response = await fetch(`${url()}/v1/chat/completions`, {
        method: 'POST',
        headers: { ...json, authorization: `Bearer ${key}` },
        body: JSON.stringify({ model: 'slow', stream: true, max_tokens: 100, messages }),
      });
      const reader = response.body!.getReader();
      for (let chunks = 0; chunks <= number % 7; chunks += 1) await reader.read();
      await reader.cancel();
    };
    await Promise.all(Array.from({ length: 200 }, (_, number) => hangUp(number)));
    const { spend } = await settled(key);
    expect(spend).toBeLessThanOrEqual(0.5);
    // What a provider had sent and nobody read is known to it alone.
    expect(Math.round(spend * NANOS)).toBeLessThanOrEqual(servedSince(first) * 100_000);
    expect(spend).toBeGreaterThan(0);
  }, 120_000);

  it('a stream that outgrows its budget is cut with an error event, and bills what came', async () => {
    const key = await newKey({ max_budget: 0.2 });
    const { status, text } = await call(key, { model: 'long', stream: true });
    expect(status).toBe(200);
    expect(text).toContain('budget_exceeded');
    expect(text).not.toContain('[DONE]');
    const { spend } = await settled(key);
    expect(spend).toBeLessThanOrEqual(0.2);
    expect(spend).toBeGreaterThan(0.15);
  }, 60_000);

  it('a stream that may finish does, and the next call is refused', async () => {
    const key = await newKey({ max_budget: 0.2, on_stream_overrun: 'finish' });
    const { text } = await call(key, { model: 'long', stream: true });
    expect(text).toContain('[DONE]');
    expect((await settled(key)).spend).toBe(0.4);
    expect((await call(key, { model: 'cent' })).status).toBe(422);
  }, 60_000);

  it('an answer that comes whole is no longer than its budget pays for', async () => {
    const key = await newKey({ max_budget: 0.05 });
    const first = subject().lab.calls().length;
    const { status, text } = await call(key, { model: 'long' });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ usage: { completion_tokens: 500 } });
    expect(servedSince(first)).toBe(500);
    expect((await settled(key)).spend).toBe(0.05);
  }, 60_000);

  it.each([false, true])(
    'a dearer model is paid for before it is fallen back to (stream: %s)',
    async (stream) => {
      const key = await newKey({ max_budget: 0.02 });
      const body = { model: 'failing', fallbacks: ['cent'], max_tokens: 100, stream };
      await Promise.all(Array.from({ length: 30 }, () => call(key, body)));
      expect((await settled(key)).spend).toBeLessThanOrEqual(0.02);
    },
    60_000,
  );

  it('a team’s budget binds all of its keys together', async () => {
    const { team_id } = await admin('/team/new', { team_alias: `team-${Date.now()}`, max_budget: 0.1 });
    const keys = await Promise.all([1, 2, 3].map(() => newKey({ team_id })));
    const calls = Array.from({ length: 60 }, (_, number) =>
      call(keys[number % 3]!, { model: 'cent', max_tokens: 100 }),
    );
    expect(statuses(await Promise.all(calls))).toEqual({ 200: 10, 422: 50 });
  }, 60_000);

  it('100 requests a minute are a hundred, over all replicas', async () => {
    const key = await newKey({ rpm_limit: 100 });
    // A minute that has begun must not end in the middle.
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 20_000) await new Promise((resolve) => setTimeout(resolve, left));
    const answers = await Promise.all(Array.from({ length: 300 }, () => call(key, { model: 'free' })));
    expect(statuses(answers)).toEqual({ 200: 100, 429: 200 });
  }, 120_000);

  it('a key that is revoked, blocked or narrowed fails everywhere within a second', async () => {
    const everywhere = async (key: string, status: number): Promise<void> => {
      const since = Date.now();
      for (const { url: at } of subject().ingresses)
        await eventually(
          () => call(key, { model: 'free' }, at),
          (answer) => answer.status === status,
          Math.max(0, since + 1_000 - Date.now()),
        );
    };
    const keys = await Promise.all([1, 2, 3].map(() => newKey({})));
    for (const key of keys) await everywhere(key, 200);
    await admin('/key/block', { key: keys[0] });
    await everywhere(keys[0]!, 401);
    await admin('/key/update', { key: keys[1], models: ['cent'] });
    await everywhere(keys[1]!, 403);
    await admin('/key/delete', { keys: [keys[2]] });
    await everywhere(keys[2]!, 401);
  }, 60_000);

  return { newKey, call, settled };
}
