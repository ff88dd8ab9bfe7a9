import { GatewayError, NO_USAGE, type Outcome } from '@tollgate/contracts';
import type { Step } from '@tollgate/testing/fault-lab';
import { attemptFixture, type OwnAttempt } from './_attempt-fixture.js';

const { lab, run, labIsIdle } = attemptFixture();
const TEXT = 'One, two, three, four, five, six, seven.';
const stream = { stream: true } as const;
const resumable = { stream: true, header: { resumable: true } } as const;

describe('an outcome', () => {
  it.each<[string, Step]>([
    ['a good', {}],
    ['a bad', { status: 429 }],
  ])('has the limits that %s answer told of', async (_what, step) => {
    const headers = { 'x-ratelimit-remaining-requests': '7', 'x-ratelimit-reset-requests': '6m0s' };
    const { result } = await run({ ...step, headers });
    expect(result.limits).toEqual({ requests: { limit: null, remaining: 7, resetMs: 360_000 } });
  });

  it('has no limits where none are told, nor a cost where nobody was asked', async () => {
    expect((await run({})).result).not.toHaveProperty('limits');
    const { result } = await run({}, { deployment: { apiBase: 'http://127.0.0.1:1' } });
    expect(result).toMatchObject({ usage: null, costNanos: 0 });
    const { result: mocked } = await run({}, { deployment: { mockResponse: 'litellm.Timeout' } });
    expect(mocked).toMatchObject({ usage: null, costNanos: 0 });
  });

  it('has the cost of what was served until a cancel', async () => {
    const controller = new AbortController();
    const onWrite = (): void => controller.abort(new GatewayError('cancelled', 'over'));
    const step = { tokens: 1_000, stallAfterBytes: 4_000 };
    const { result, outbox } = await run(step, { ...stream, controller, onWrite });
    expect(result.costNanos).toBeGreaterThan(0);
    expect(result.costNanos).toBe(outbox.committed?.costNanos);
  });
});

describe('a head', () => {
  it('tells how long the provider took, and nothing of what else took time', async () => {
    const { response, result } = await run({ delayMs: 60 }, stream);
    expect(response.sentHead?.upstreamMs).toBeGreaterThanOrEqual(55);
    expect(response.sentHead?.upstreamMs).toBeLessThanOrEqual(result.latencyMs);
    const { response: mocked } = await run({}, { deployment: { mockResponse: 'canned' } });
    expect(mocked.sentHead?.upstreamMs).toBe(0);
  });
});

describe('a mirror', () => {
  it('answers nobody, and is paid by nobody’s budget', async () => {
    const { result, outbox, response } = await run({ text: TEXT }, { ...stream, header: { role: 'mirror' } });
    expect(response.isDetached).toBe(true);
    expect(result).toMatchObject({ delivered: false, error: null, usage: { input: 2, output: 10 } });
    const payer = { keyHash: 'mirror', keyAlias: 'mirror', userId: null, teamId: null, endUser: null };
    expect(outbox.committed).toMatchObject({ role: 'mirror', status: 'complete', tags: [], ...payer });
    expect(outbox.drafted).toMatchObject(payer);
  });

  it('tells of its failure', async () => {
    const { result } = await run({ status: 500 }, { header: { role: 'mirror' } });
    expect(result).toMatchObject({ delivered: false, error: { code: 'upstream_error' } });
  });
});

describe.each(['hedge', 'continuation'] as const)('a %s', (role) => {
  it('is billed to the caller', async () => {
    const { outbox, response } = await run({ text: TEXT }, { header: { role } });
    expect(response.isDetached).toBe(false);
    expect(outbox.committed).toMatchObject({ role, keyHash: 'h', userId: 'u', teamId: 't', tags: ['a'] });
  });
});

describe('an answer that breaks off', () => {
  const partialOf = ({ partial }: Outcome) => {
    if (partial === undefined) throw new Error('the attempt was not left to another one');
    return partial;
  };

  it.each<[string, Step, OwnAttempt['clocks'], string]>([
    ['a reset', { resetAfterBytes: 1_500, chunkDelayMs: 2 }, {}, 'upstream_stream_broken'],
    ['an end too early', { endAfterBytes: 1_500 }, {}, 'upstream_stream_broken'],
    ['silence', { stallAfterBytes: 1_500 }, { idleMs: 50 }, 'upstream_timeout'],
    ['an error event', { errorEventAt: 5 }, {}, 'upstream_error'],
    ['nonsense', { malformedChunkAt: 5 }, {}, 'upstream_invalid_response'],
  ])('by %s is left to another attempt', async (_what, step, clocks, code) => {
    const own = { ...resumable, clocks: clocks ?? {} };
    const { result, outbox, response } = await run({ text: TEXT, ...step }, own);
    expect(result).toMatchObject({ delivered: true, error: { code } });
    expect(response).toMatchObject({ isYielded: true, sentEnd: undefined });
    const partial = partialOf(result);
    expect(partial.text.length).toBeGreaterThan(3);
    expect(TEXT.startsWith(partial.text)).toBe(true);
    expect(response.text).toContain(`"id":"${String(partial.responseId)}"`);
    expect(partial.usage).toEqual(result.usage);
    expect(outbox.committed).toMatchObject({ status: 'partial', usage: partial.usage, errorCode: code });
    await labIsIdle();
  });

  it.each<[string, OwnAttempt]>([
    ['unless asked', stream],
    ['for a mirror', { ...stream, header: { role: 'mirror', resumable: true } }],
  ])('is not left to another %s', async (_what, own) => {
    const { result, response } = await run({ text: TEXT, endAfterBytes: 1_500 }, own);
    expect(result.error?.code).toBe('upstream_stream_broken');
    expect([response.isYielded, result.partial]).toEqual([false, undefined]);
  });

  it('is not left to another after its last word', async () => {
    // Under the provider’s own name of the model a byte of ours is a byte of the lab's.
    const own = { ...resumable, call: { model: 'gpt-4o-mini', includeUsage: true } };
    const { response: whole } = await run({ text: TEXT }, own);
    const lastWord = whole.text.indexOf('\n\n', whole.text.indexOf('"finish_reason":"stop"')) + 2;
    const { result, response } = await run(
      { text: TEXT, stallAfterBytes: lastWord },
      { ...own, clocks: { idleMs: 50 } },
    );
    expect(response.text).toContain('"finish_reason":"stop"');
    expect(result.error?.code).toBe('upstream_timeout');
    expect([response.isYielded, result.partial]).toEqual([false, undefined]);
  });

  it.each(['cancelled', 'deadline_exceeded', 'caller_lost'] as const)(
    'is not left to another when the call itself ends by %s',
    async (code) => {
      const controller = new AbortController();
      const onWrite = (): void => controller.abort(new GatewayError(code, 'over'));
      const step = {
        tokens: 1_000,
        ...(code === 'caller_lost' ? { endAfterBytes: 9_000 } : { stallAfterBytes: 4_000 }),
      };
      const { result, response } = await run(step, { ...resumable, controller, onWrite });
      expect(result).toMatchObject({ delivered: true, error: expect.anything() as unknown });
      expect([response.isYielded, result.partial]).toEqual([false, undefined]);
    },
  );

  it('goes on elsewhere, and is told and billed truthfully', async () => {
    const first = await run({ text: TEXT, endAfterBytes: 1_500 }, resumable);
    const partial = partialOf(first.result);
    const second = await run(
      { text: TEXT, endAfterBytes: 1_000 },
      { ...stream, header: { resumable: true, partial } },
    );
    const further = partialOf(second.result);
    expect(further.text.length).toBeGreaterThan(partial.text.length);
    expect(further).toMatchObject({ responseId: partial.responseId, created: partial.created });
    const call = { includeUsage: true };
    const third = await run(
      { text: TEXT },
      { ...stream, call, header: { partial: further, role: 'continuation' } },
    );
    const rest = Math.ceil((TEXT.length - further.text.length) / 4);
    expect(third.result).toMatchObject({ delivered: true, error: null, usage: { output: rest } });
    expect(third.outbox.committed).toMatchObject({
      status: 'complete',
      role: 'continuation',
      usage: { output: rest },
    });
    const output = further.usage.output + rest;
    const served = [first, second].map(({ result }) => result.usage?.output ?? 0);
    expect(further.usage.output).toBe(served.reduce((sum, count) => sum + count));
    expect(third.response.sentEnd).toMatchObject({
      usage: { input: partial.usage.input, output },
      costNanos: third.result.costNanos,
    });
    expect(third.response.text).toContain(`"completion_tokens":${output},`);
    const texts = [first, second, third].map(({ response }) => response.text).join('');
    const said = [...texts.matchAll(/"content":"([^"]*)"/g)].map(([, text]) => text).join('');
    expect(said).toBe(TEXT);
  });

  it('goes on in the words of a mock', async () => {
    const partial = { text: 'One', responseId: 'r', created: 1, usage: { ...NO_USAGE, input: 5, output: 1 } };
    const own = { ...stream, deployment: { mockResponse: ', two' }, header: { partial } };
    const { response } = await run({}, own);
    expect(response.text).toContain('"id":"r"');
    expect(response.text).not.toContain('"role"');
    expect(response.sentEnd?.usage).toMatchObject({ input: 5, output: 3 });
    expect(lab().stats().calls).toBe(0);
  });
});
