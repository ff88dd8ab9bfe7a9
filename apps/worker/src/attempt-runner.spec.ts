import { GatewayError, oweAttempt } from '@tollgate/contracts';
import type { Step } from '@tollgate/testing/fault-lab';
import { attemptFixture, LONG, type OwnAttempt } from './_attempt-fixture.js';

describe('AttemptRunner', () => {
  const { lab, run, labIsIdle } = attemptFixture();

  it('answers in JSON, the usage recorded and priced', async () => {
    const { result, outbox, response } = await run({ text: 'Good day.', headers: { 'x-request-id': 'r1' } });
    expect(result).toMatchObject({ delivered: true, error: null, usage: { input: 2, output: 3 } });
    expect(outbox.drafted).toMatchObject({ id: 'call:1', status: 'unknown' });
    expect(outbox.committed).toMatchObject({
      status: 'complete',
      measured: true,
      usage: { input: 2, output: 3 },
      rawUsage: { prompt_tokens: 2 },
      serviceTier: null,
      responseId: expect.stringMatching(/^chatcmpl-/) as unknown,
      provider: 'openai',
      tags: ['a'],
    });
    // $0.15 and $0.60 a million tokens.
    expect(outbox.committed?.costNanos).toBe(2 * 150 + 3 * 600);
    expect(response.sentHead).toMatchObject({
      status: 200,
      costNanos: 2_100,
      apiBase: `${lab().url}/v1`,
      headers: { 'llm_provider-x-request-id': 'r1' },
    });
    expect(JSON.parse(response.text)).toMatchObject({ model: 'chat-default' });
    expect(response.sentEnd).toMatchObject({ costNanos: 2_100 });
    expect(lab().lastRequests[0]?.headers['authorization']).toBe('Bearer sk-worker-secret');
  });

  it('streams, and keeps the draft current', async () => {
    const { result, outbox, response } = await run(
      { text: 'Good day to you.', chunkDelayMs: 40 },
      { stream: true },
    );
    expect(result).toMatchObject({
      delivered: true,
      error: null,
      firstTokenMs: expect.any(Number) as unknown,
    });
    expect(response.text).toMatch(/data: \[DONE\]\n\n$/);
    const outputs = outbox.patches.map(({ usage }) => usage?.output ?? 0);
    expect(outputs.length).toBeGreaterThan(1);
    expect(outputs).toEqual([...outputs].sort());
    // Should the worker die, the ledger has what came at its price: the prompt as estimated, and so many tokens.
    expect(outbox.patches.map(({ costNanos }) => costNanos)).toEqual(
      outputs.map((output) => 11 * 150 + output * 600),
    );
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

  it('tells what the cost of a whole answer is made of', async () => {
    const adjustment = { perBillion: 990_000_000, discountedPerBillion: 900_000_000, fixedNanos: 5 };
    const prices = { adjustments: new Map([['openai', adjustment]]) };
    const ofWhole = await run({ text: 'Good day.' }, { deployment: { prices } });
    expect(ofWhole.response.sentHead).toMatchObject({
      costNanos: 2_084,
      costParts: { listedNanos: 2_100, discountNanos: 210, marginNanos: 194 },
    });
    const ofStream = await run({ text: 'Good day.' }, { deployment: { prices }, stream: true });
    expect(ofStream.response.sentHead?.costParts).toBeUndefined();
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

  it('tells budgets what was billed of an attempt that did not answer', async () => {
    const broken: OwnAttempt = { clocks: { firstTokenMs: 50 }, call: { allowanceNanos: 1_000_000 } };
    const { outbox } = await run({ delayMs: LONG }, broken);
    const told = { callId: 'call', attemptId: 'call:1', costNanos: 11 * 150 };
    expect(outbox.asked).toEqual([{ subject: oweAttempt.subject, ...told }]);
    await labIsIdle();
  });

  it.each<[string, Step, OwnAttempt]>([
    ['that answered', {}, { call: { allowanceNanos: 1_000_000 } }],
    ['that was not billed', { status: 500 }, { call: { allowanceNanos: 1_000_000 } }],
    ['that no budget binds', { delayMs: LONG }, { clocks: { firstTokenMs: 50 } }],
    [
      'of a mirror',
      { delayMs: LONG },
      { clocks: { firstTokenMs: 50 }, call: { allowanceNanos: 1_000_000 }, header: { role: 'mirror' } },
    ],
  ])('tells budgets nothing of an attempt %s', async (_what, step, own) => {
    const { outbox } = await run(step, own);
    expect(outbox.asked).toEqual([]);
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
      expect(lab().stats().aborted).toBe(1);
      expect(outbox.committed).toMatchObject({ status: 'partial', measured: false, errorCode: code });
      expect(outbox.committed?.usage).toMatchObject({ input: 11 });
      expect(outbox.committed?.usage.output).toBeGreaterThan(0);
      expect(outbox.committed?.usage.output).toBeLessThanOrEqual(lab().stats().completionTokens);
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
    expect(lab().stats()).toMatchObject({ finished: 1, aborted: 0 });
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
    expect(lab().stats().calls).toBe(0);
  });

  it('raises the error that a mock names', async () => {
    const { result, outbox } = await run({}, { deployment: { mockResponse: 'litellm.RateLimitError' } });
    expect(result).toMatchObject({ delivered: false, error: { code: 'upstream_rate_limited' } });
    expect(outbox.drafted).toBeUndefined();
  });

  it.each<[string, OwnAttempt, string]>([
    ['an unknown deployment', { header: { deploymentId: 'nope' } }, 'deployment_unavailable'],
    ['an unknown provider', { deployment: { provider: 'nope' } }, 'deployment_unavailable'],
    [
      'no key',
      { deployment: { apiBase: null }, variables: { OPENAI_API_KEY: 'sk-other' } },
      'upstream_authentication',
    ],
  ])('refuses %s before anything is sent', async (_what, own, code) => {
    const { result, outbox } = await run({}, own);
    expect(result).toMatchObject({ delivered: false, error: { code } });
    expect(outbox.committed).toBeUndefined();
    expect(lab().stats().calls).toBe(0);
  });

  it('takes the provider’s own variables where nothing is configured', async () => {
    const variables = { OPENAI_API_KEY: 'sk-default-key', OPENAI_BASE_URL: `${lab().url}/v1` };
    const { result } = await run({}, { deployment: { apiKey: null, apiBase: null }, variables });
    expect(result.error).toBeNull();
    expect(lab().lastRequests[0]?.headers['authorization']).toBe('Bearer sk-default-key');
  });

  it('shows credentials in no outcome and no usage event', async () => {
    const body = { error: { message: 'Bad key sk-worker-secret' } };
    const { result, outbox } = await run({ status: 401, body });
    expect(JSON.stringify([result, outbox.drafted, outbox.committed])).not.toContain('worker-secret');
  });
});
