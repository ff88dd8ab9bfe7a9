import type { Bus, CallContext, ResponseWriter } from '@tollgate/bus';
import { bareDeployment, demoConfig, LiveConfig, LiveVariables, type Deployment } from '@tollgate/config';
import {
  GatewayError,
  attemptHeader,
  outcome as outcomeSchema,
  responseHead,
  usageEvent,
  type AttemptHeader,
  type ResponseEnd,
  type ResponseHead,
  type UsageEvent,
} from '@tollgate/contracts';
import { Transport } from '@tollgate/providers';
import { startFaultLab, type FaultLab, type Step } from '@tollgate/testing/fault-lab';
import { AttemptRunner } from './attempt-runner.js';
import { Deployments } from './deployments.js';

const LONG = 20_000;

/** Remembers the one draft of a test and how it ended. */
class FakeOutbox {
  drafted: UsageEvent | undefined;
  patches: Partial<UsageEvent>[] = [];
  committed: UsageEvent | undefined;
  discarded = false;

  readonly bus = {
    draft: (_contract: unknown, event: UsageEvent) => {
      this.drafted = event;
      return {
        update: (patch: Partial<UsageEvent>) => void this.patches.push(patch),
        commit: (last: UsageEvent) => {
          this.committed = usageEvent.parse(last);
          return Promise.resolve();
        },
        discard: () => void (this.discarded = true),
      };
    },
  } as unknown as Bus;
}

class FakeResponse implements ResponseWriter {
  sentHead: ResponseHead | undefined;
  sentEnd: ResponseEnd | undefined;
  isYielded = false;
  isDetached = false;
  private readonly parts: Uint8Array[] = [];

  /** `onWrite` runs before each write is done; what it throws, the write rejects with. */
  constructor(private readonly onWrite: (text: string) => void = () => undefined) {}

  head(head: ResponseHead): void {
    this.sentHead = responseHead.parse(head);
  }

  async write(data: Uint8Array): Promise<void> {
    this.parts.push(data);
    await Promise.resolve();
    this.onWrite(this.text);
  }

  end(end: ResponseEnd): void {
    this.sentEnd = end;
  }

  yield(): void {
    this.isYielded = true;
  }

  detach(): void {
    this.isDetached = true;
  }

  get text(): string {
    return Buffer.concat(this.parts).toString();
  }
}

describe('AttemptRunner', () => {
  let lab: FaultLab;
  let transport: Transport;

  beforeAll(async () => {
    lab = await startFaultLab();
    transport = new Transport();
  });

  beforeEach(() => lab.reset());

  afterAll(async () => {
    await transport.close();
    await lab.close();
  });

  const header = (stream: boolean): AttemptHeader =>
    attemptHeader.parse({
      call: {
        id: 'call',
        dialect: 'openai-chat',
        model: 'chat-default',
        stream,
        includeUsage: false,
        principal: { keyHash: 'h', keyAlias: null, userId: null, teamId: null, isAdmin: false, models: [] },
        endUser: null,
        tags: ['a'],
        inputTokens: 11,
        startedAt: Date.now(),
        deadline: Date.now() + LONG,
        headers: {},
      },
      attemptId: 'call:1',
      deploymentId: 'd1',
      group: 'chat-default',
      upstreamModel: 'gpt-4o-mini',
      clocks: { connectMs: LONG, firstTokenMs: LONG, idleMs: LONG, totalMs: LONG },
      retries: 0,
      fallbacks: 0,
    });

  interface Own {
    readonly stream?: boolean;
    readonly deployment?: Partial<Deployment>;
    readonly variables?: Record<string, string>;
    readonly controller?: AbortController;
    readonly onWrite?: (text: string) => void;
    readonly clocks?: Partial<AttemptHeader['clocks']>;
    readonly deploymentId?: string;
  }

  const run = async (step: Step, own: Own = {}) => {
    lab.script('gpt-4o-mini', [step]);
    const { stream = false, controller = new AbortController() } = own;
    const bare = bareDeployment({
      id: 'd1',
      group: 'chat-default',
      provider: 'openai',
      model: 'gpt-4o-mini',
    });
    const deployment = { ...bare, apiBase: `${lab.url}/v1`, apiKey: { env: 'MY_KEY' }, ...own.deployment };
    const config = { ...demoConfig(), deployments: [deployment] };
    const variables = new LiveVariables(own.variables ?? { MY_KEY: 'sk-worker-secret' });
    const deployments = new Deployments(new LiveConfig(config), variables, null, { providers: null });
    const outbox = new FakeOutbox();
    const runner = new AttemptRunner(deployments, transport, outbox.bus);
    const response = new FakeResponse(own.onWrite);
    const body = JSON.stringify({
      model: 'chat-default',
      stream,
      messages: [{ role: 'user', content: 'Hello!!!' }],
    });
    const context = {
      body: { size: body.length, bytes: () => Promise.resolve(Buffer.from(body)) },
      signal: controller.signal,
      response,
    } as unknown as CallContext;
    const base = header(stream);
    const attempt = {
      ...base,
      deploymentId: own.deploymentId ?? 'd1',
      clocks: { ...base.clocks, ...own.clocks },
    };
    const result = outcomeSchema.parse(await runner.run(attempt, context));
    return { result, outbox, response };
  };

  const labIsIdle = async (): Promise<void> => {
    const deadline = Date.now() + 1_000;
    while (lab.stats().open > 0 && Date.now() < deadline) await new Promise(setImmediate);
    expect(lab.stats().open).toBe(0);
  };

  it('answers in JSON, the usage recorded and priced', async () => {
    const { result, outbox, response } = await run({ text: 'Good day.', headers: { 'x-request-id': 'r1' } });
    expect(result).toMatchObject({ delivered: true, error: null, usage: { input: 2, output: 3 } });
    expect(outbox.drafted).toMatchObject({ id: 'call:1', status: 'unknown' });
    expect(outbox.committed).toMatchObject({
      status: 'complete',
      measured: true,
      usage: { input: 2, output: 3 },
      rawUsage: { prompt_tokens: 2 },
      responseId: expect.stringMatching(/^chatcmpl-/) as unknown,
      provider: 'openai',
      tags: ['a'],
    });
    // $0.15 and $0.60 a million tokens.
    expect(outbox.committed?.costNanos).toBe(2 * 150 + 3 * 600);
    expect(response.sentHead).toMatchObject({
      status: 200,
      costNanos: 2_100,
      apiBase: `${lab.url}/v1`,
      headers: { 'llm_provider-x-request-id': 'r1' },
    });
    expect(JSON.parse(response.text)).toMatchObject({ model: 'chat-default' });
    expect(response.sentEnd).toMatchObject({ costNanos: 2_100 });
    expect(lab.lastRequests[0]?.headers['authorization']).toBe('Bearer sk-worker-secret');
  });

  it('streams, and keeps the draft current', async () => {
    const { result, outbox, response } = await run({ text: 'Good day to you.' }, { stream: true });
    expect(result).toMatchObject({
      delivered: true,
      error: null,
      firstTokenMs: expect.any(Number) as unknown,
    });
    expect(response.text).toMatch(/data: \[DONE\]\n\n$/);
    expect(outbox.patches.length).toBeGreaterThan(0);
    expect(outbox.committed).toMatchObject({
      status: 'complete',
      measured: true,
      usage: { input: 2, output: 4 },
    });
    expect(outbox.committed?.firstTokenAt).not.toBeNull();
    expect(response.sentEnd).toMatchObject({ usage: { input: 2, output: 4 } });
  });

  it('estimates where the provider tells no usage', async () => {
    const { outbox } = await run({ text: 'Good day to you.', noUsage: true });
    expect(outbox.committed).toMatchObject({
      status: 'complete',
      measured: false,
      usage: { input: 11, output: 4 },
    });
  });

  it('reports a refusal undelivered, at no cost', async () => {
    const { result, outbox, response } = await run({ status: 429, headers: { 'retry-after': '2' } });
    expect(result).toMatchObject({
      delivered: false,
      error: { code: 'upstream_rate_limited', status: 429, retryAfterMs: 2_000 },
    });
    expect(outbox.committed).toMatchObject({
      status: 'failed',
      usage: { input: 0, output: 0 },
      costNanos: 0,
      errorCode: 'upstream_rate_limited',
    });
    expect(response.sentHead).toBeUndefined();
  });

  it('records nothing when the provider was not reached', async () => {
    const { result, outbox } = await run({}, { deployment: { apiBase: 'http://127.0.0.1:1' } });
    expect(result).toMatchObject({ delivered: false, error: { code: 'upstream_connection' } });
    expect(outbox).toMatchObject({ discarded: true, committed: undefined });
  });

  it('bills a time-out as partial, since the provider was at work', async () => {
    const { result, outbox } = await run({ delayMs: LONG }, { clocks: { firstTokenMs: 50 } });
    expect(result).toMatchObject({ delivered: false, error: { code: 'upstream_timeout' } });
    expect(outbox.committed).toMatchObject({ status: 'partial', usage: { input: 11, output: 0 } });
    await labIsIdle();
  });

  it.each(['cancelled', 'deadline_exceeded'] as const)(
    '%s ends the provider’s work, billed as received',
    async (code) => {
      const controller = new AbortController();
      const abort = (): void => controller.abort(new GatewayError(code, 'over'));
      const { result, outbox } = await run(
        { tokens: 1_000, stallAfterBytes: 4_000 },
        { stream: true, controller, onWrite: abort },
      );
      expect(result).toMatchObject({ delivered: true, error: { code } });
      await labIsIdle();
      expect(lab.stats().aborted).toBe(1);
      expect(outbox.committed).toMatchObject({ status: 'partial', measured: false, errorCode: code });
      expect(outbox.committed?.usage).toMatchObject({ input: 11 });
      expect(outbox.committed?.usage.output).toBeGreaterThan(0);
      expect(outbox.committed?.usage.output).toBeLessThanOrEqual(lab.stats().completionTokens);
    },
  );

  it('closes the provider’s socket when the response cannot be written', async () => {
    const onWrite = (): void => {
      throw new GatewayError('service_lost', 'gone');
    };
    const { outbox } = await run({ tokens: 1_000, stallAfterBytes: 4_000 }, { stream: true, onWrite });
    await labIsIdle();
    expect(outbox.committed).toMatchObject({ status: 'partial', errorCode: 'service_lost' });
  });

  it('reads on to the end when the caller is lost', async () => {
    const controller = new AbortController();
    const abort = (): void => controller.abort(new GatewayError('caller_lost', 'gone'));
    const { outbox } = await run({ tokens: 50 }, { stream: true, controller, onWrite: abort });
    expect(lab.stats()).toMatchObject({ finished: 1, aborted: 0 });
    expect(outbox.committed).toMatchObject({ status: 'complete', measured: true, usage: { output: 50 } });
  });

  it.each<[string, Step]>([
    ['a cut', { resetAfterBytes: 900 }],
    ['a missing finish', { noFinish: true }],
  ])('tells the caller of %s, and bills what came', async (_what, step) => {
    const { result, outbox, response } = await run({ text: 'x'.repeat(60), ...step }, { stream: true });
    expect(result).toMatchObject({ delivered: true, error: { code: 'upstream_stream_broken' } });
    expect(response.sentEnd).toBeUndefined();
    expect(outbox.committed).toMatchObject({ status: 'partial', usage: { input: 11 } });
    expect(outbox.committed?.usage.output).toBeGreaterThan(0);
  });

  it('answers for a mock deployment without calling anyone', async () => {
    const { result, outbox, response } = await run({}, { deployment: { mockResponse: 'canned' } });
    expect(result).toMatchObject({ delivered: true, error: null });
    expect(JSON.parse(response.text)).toMatchObject({ choices: [{ message: { content: 'canned' } }] });
    expect(outbox.committed).toMatchObject({ measured: false, usage: { input: 11, output: 2 } });
    expect(lab.stats().calls).toBe(0);
  });

  it('raises the error that a mock names', async () => {
    const { result, outbox } = await run({}, { deployment: { mockResponse: 'litellm.RateLimitError' } });
    expect(result).toMatchObject({ delivered: false, error: { code: 'upstream_rate_limited' } });
    expect(outbox.drafted).toBeUndefined();
  });

  it.each<[string, Own, string]>([
    ['an unknown deployment', { deploymentId: 'nope' }, 'provider_unavailable'],
    ['an unknown provider', { deployment: { provider: 'nope' } }, 'provider_unavailable'],
    [
      'no key',
      { deployment: { apiBase: null }, variables: { OPENAI_API_KEY: 'sk-other' } },
      'upstream_authentication',
    ],
  ])('refuses %s before anything is sent', async (_what, own, code) => {
    const { result, outbox } = await run({}, own);
    expect(result).toMatchObject({ delivered: false, error: { code } });
    expect(outbox.committed).toBeUndefined();
    expect(lab.stats().calls).toBe(0);
  });

  it('takes the provider’s own variables where nothing is configured', async () => {
    const variables = { OPENAI_API_KEY: 'sk-default-key', OPENAI_BASE_URL: `${lab.url}/v1` };
    const { result } = await run({}, { deployment: { apiKey: null, apiBase: null }, variables });
    expect(result.error).toBeNull();
    expect(lab.lastRequests[0]?.headers['authorization']).toBe('Bearer sk-default-key');
  });

  it('shows credentials in no outcome and no usage event', async () => {
    const body = { error: { message: 'Bad key sk-worker-secret' } };
    const { result, outbox } = await run({ status: 401, body });
    expect(JSON.stringify([result, outbox.drafted, outbox.committed])).not.toContain('worker-secret');
  });
});
