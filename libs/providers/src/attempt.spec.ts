import { GatewayError, type Clocks, type Dialect } from '@tollgate/contracts';
import { SseDecoder, type SseEvent } from '@tollgate/dialects';
import { startFaultLab, type FaultLab, type Step } from '@tollgate/testing/fault-lab';
import { Attempt, type Answer } from './attempt.js';
import { connectionTo } from './connection.js';
import { Transport } from './kit/transport.js';
import { findProvider } from './manifest.js';
import type { Provider } from './provider.js';

const LONG = 20_000;
const CLOCKS: Clocks = { connectMs: LONG, firstTokenMs: LONG, idleMs: LONG, totalMs: LONG };
const OPTIONS = { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams: false };

const providerNamed = (name: string): Provider => {
  const found = findProvider(name);
  if (found === undefined) throw new Error(`No provider ${name}`);
  return found;
};

interface Own {
  readonly provider?: string;
  readonly dialect?: Dialect;
  readonly stream?: boolean;
  readonly includeUsage?: boolean;
  readonly signal?: AbortSignal;
}

describe('Attempt', () => {
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

  const start = (step: Step, own: Own = {}): { attempt: Attempt; answer: Promise<Answer> } => {
    lab.script('upstream-model', [step]);
    const { provider = 'openai', dialect = 'openai-chat', stream = false, includeUsage = false } = own;
    const settings = {
      apiKey: 'sk-very-secret-key',
      apiBase: `${lab.url}/v1`,
      apiVersion: null,
      organization: null,
      more: {},
    };
    const request = {
      model: 'chat-default',
      stream,
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Hello!!!' }],
    };
    const attempt = new Attempt(transport, connectionTo(providerNamed(provider), settings), {
      attemptId: 'call:1',
      dialect,
      model: 'chat-default',
      upstreamModel: 'upstream-model',
      stream,
      includeUsage,
      headers: {},
      options: OPTIONS,
      body: Buffer.from(JSON.stringify(request)),
    });
    const signal = own.signal ?? new AbortController().signal;
    return { attempt, answer: attempt.open({ clocks: CLOCKS, signal }) };
  };

  const readStream = async (answer: Answer): Promise<{ text: string; events: SseEvent[] }> => {
    const parts: Uint8Array[] = [];
    for (let part = await answer.stream?.next(); part; part = await answer.stream?.next()) parts.push(part);
    const bytes = Buffer.concat(parts);
    return { text: bytes.toString(), events: new SseDecoder().push(bytes) };
  };

  const sse = (...payloads: string[]): Step => ({
    body: payloads.map((payload) => `data: ${payload}\n\n`).join(''),
    headers: { 'content-type': 'text/event-stream' },
  });

  describe('JSON', () => {
    it('passes on every byte but the model’s name', async () => {
      const body =
        '{ "id":"c1", "model": "gpt-4o-2024","brand_new" : [1.0, 2e5],\n"choices":[],"usage":null}';
      const { attempt, answer } = start({ body, headers: { 'x-request-id': 'r1', 'set-cookie': 'a=b' } });
      const { data, status, headers } = await answer;
      expect(Buffer.from(data ?? []).toString()).toBe(body.replace('gpt-4o-2024', 'chat-default'));
      expect(status).toBe(200);
      expect(headers).toMatchObject({ 'llm_provider-x-request-id': 'r1' });
      expect(Object.keys(headers).join()).not.toMatch(/cookie/);
      expect(attempt.progress).toMatchObject({ usage: null, responseId: 'c1' });
    });

    it.each([
      ['openai', 'openai-chat'],
      ['anthropic', 'openai-chat'],
      ['openai', 'anthropic-messages'],
      ['anthropic', 'anthropic-messages'],
    ])('from %s to a client of %s', async (provider, dialect) => {
      const { attempt, answer } = start(
        { text: 'Good day.', cachedTokens: 1 },
        { provider, dialect: dialect as Dialect },
      );
      const body = JSON.parse(Buffer.from((await answer).data ?? []).toString()) as Record<string, unknown>;
      expect(body['model']).toBe('chat-default');
      expect(JSON.stringify(body)).toContain('Good day.');
      expect(body).toHaveProperty(dialect === 'openai-chat' ? 'choices' : 'content');
      expect(attempt.progress).toMatchObject({ usage: { input: 1, cacheRead: 1, output: 3 } });
    });

    it.each([
      ['not JSON', { body: '<html>', headers: { 'content-type': 'text/html' } }, 'upstream_invalid_response'],
      ['a list', { body: '[]' }, 'upstream_invalid_response'],
      ['an error with status 200', { body: { error: { message: 'no', code: 502 } } }, 'upstream_error'],
      ['a cut answer', { resetAfterBytes: 20 }, 'upstream_stream_broken'],
      ['429', { status: 429, headers: { 'retry-after': '7' } }, 'upstream_rate_limited'],
      ['500', { status: 500 }, 'upstream_error'],
      ['401', { status: 401 }, 'upstream_authentication'],
    ])('fails on %s', async (_what, step: Step, code) => {
      const { attempt, answer } = start(step);
      await expect(answer).rejects.toMatchObject({ code, name: 'GatewayError' });
      expect(attempt.reached).toBe(true);
    });
  });

  describe('streams', () => {
    const chunk = (fields: object): string => JSON.stringify({ id: 'c1', model: 'gpt-4o-2024', ...fields });
    const text = chunk({ choices: [{ index: 0, delta: { content: 'Hi "you"' } }], brand_new: 1 });
    const finish = chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    const usage = chunk({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } });

    it('passes on every byte but the model’s name and the usage that nobody asked for', async () => {
      const { attempt, answer } = start(sse(text, finish, usage, '[DONE]'), { stream: true });
      const expected = [text, finish, '[DONE]'].map((payload) => `data: ${payload}\n\n`).join('');
      expect((await readStream(await answer)).text).toBe(expected.replaceAll('gpt-4o-2024', 'chat-default'));
      expect(attempt.progress).toMatchObject({
        usage: { input: 3, output: 2 },
        characters: 8,
        responseId: 'c1',
        finished: true,
      });
    });

    it('shows the usage to a client that asked', async () => {
      const { answer } = start(sse(text, finish, usage, '[DONE]'), { stream: true, includeUsage: true });
      expect((await readStream(await answer)).text).toContain('"usage":{"prompt_tokens":3');
    });

    it('keeps comments, event names, line ends and unknown events as they are', async () => {
      const body = `: keep-alive\r\n\r\nevent: delta\r\ndata: ${text}\r\n\r\ndata:${finish}\n\ndata: {"later":true}\n\ndata: [DONE]\n\n`;
      const { answer } = start({ body, headers: { 'content-type': 'text/event-stream' } }, { stream: true });
      expect((await readStream(await answer)).text).toBe(body.replaceAll('gpt-4o-2024', 'chat-default'));
    });

    it('Anthropic to Anthropic: passes on every byte but the model’s name', async () => {
      const wire =
        'event: message_start\ndata: {"type":"message_start", "message":{"id":"m1" , "model":"claude-x","n":1.0}}\n\n' +
        'event: brand_new\ndata: {"type":"brand_new","x":1.0}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n';
      const { answer } = start(
        { body: wire, headers: { 'content-type': 'text/event-stream' } },
        { provider: 'anthropic', dialect: 'anthropic-messages', stream: true },
      );
      expect((await readStream(await answer)).text).toBe(wire.replace('claude-x', 'chat-default'));
    });

    it('adds the end mark that a provider leaves out', async () => {
      const { answer } = start(sse(text, finish), { stream: true });
      expect((await readStream(await answer)).events.at(-1)?.data).toBe('[DONE]');
    });

    it.each([
      ['openai', 'openai-chat', '[DONE]'],
      ['anthropic', 'openai-chat', '[DONE]'],
      ['openai', 'anthropic-messages', '{"type":"message_stop"}'],
      ['anthropic', 'anthropic-messages', '{"type":"message_stop"}'],
    ])('from %s to a client of %s', async (provider, dialect, last) => {
      const own = { provider, dialect: dialect as Dialect, stream: true };
      const { attempt, answer } = start({ text: 'Good day, all of you.' }, own);
      const { text: wire, events } = await readStream(await answer);
      expect(events.at(-1)?.data).toBe(last);
      expect(wire).toContain('"model":"chat-default"');
      expect(wire).not.toContain('upstream-model');
      expect(attempt.progress).toMatchObject({
        usage: { input: 2, output: 6 },
        characters: 21,
        finished: true,
      });
    });

    it.each<[string, Step]>([
      ['openai', { noFinish: true }],
      ['openai', { resetAfterBytes: 900 }],
      ['openai', { endAfterBytes: 900 }],
      ['openai', { truncatedChunkAt: 3 }],
      ['anthropic', { noFinish: true }],
      ['anthropic', { noDone: true }],
      ['anthropic', { resetAfterBytes: 900 }],
      ['anthropic', { truncatedChunkAt: 4 }],
    ])('%s: a stream cut by %j is broken', async (provider, step) => {
      const { attempt, answer } = start({ text: 'x'.repeat(60), ...step }, { provider, stream: true });
      const opened = await answer;
      await expect(readStream(opened)).rejects.toMatchObject({ code: 'upstream_stream_broken' });
      expect(attempt.progress.characters).toBeGreaterThan(0);
      expect(attempt.progress.finished).toBe(false);
    });

    it.each([
      ['openai', { errorEventAt: 3 }, 'upstream_error'],
      ['anthropic', { errorEventAt: 3 }, 'upstream_error'],
      ['openai', { malformedChunkAt: 3 }, 'upstream_invalid_response'],
      ['anthropic', { malformedChunkAt: 3 }, 'upstream_invalid_response'],
    ])('%s: %j in the middle ends the stream', async (provider, step: Step, code) => {
      const { attempt, answer } = start({ text: 'x'.repeat(60), ...step }, { provider, stream: true });
      const { stream } = await answer;
      const first = await stream?.next();
      expect(Buffer.from(first ?? []).toString()).toContain('chat-default');
      await expect(readStream(await answer)).rejects.toMatchObject({ code });
      expect(attempt.progress.finished).toBe(false);
    });

    it.each<[string, Step, string]>([
      ['an error event', { errorEventAt: 0 }, 'upstream_error'],
      ['a refusal', { status: 429 }, 'upstream_rate_limited'],
      ['nothing at all', { ...sse(), body: ': nothing\n\n' }, 'upstream_stream_broken'],
      ['an error in JSON', { body: { error: { message: 'no', type: 'server_error' } } }, 'upstream_error'],
      ['an answer that is no stream', { body: { choices: [] } }, 'upstream_invalid_response'],
    ])('a stream that begins with %s never opens', async (_what, step, code) => {
      await expect(start(step, { stream: true }).answer).rejects.toMatchObject({ code });
    });

    it('closes the provider’s socket when cancelled', async () => {
      const controller = new AbortController();
      const own = { stream: true, signal: controller.signal };
      const { attempt, answer } = start({ text: 'x'.repeat(60), stallAfterBytes: 900 }, own);
      const reading = readStream(await answer);
      controller.abort(new GatewayError('cancelled', 'The caller hung up'));
      await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
      const deadline = Date.now() + 1_000;
      while (lab.stats().open > 0 && Date.now() < deadline) await new Promise(setImmediate);
      expect(lab.stats()).toMatchObject({ open: 0, aborted: 1 });
      expect(attempt.reached).toBe(true);
    });
  });

  it('never shows a key', async () => {
    const body = {
      error: { message: 'Bad key sk-very-secret-key in Authorization: Bearer sk-very-secret-key' },
    };
    const error: unknown = await start({ status: 401, body }).answer.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(GatewayError);
    expect(JSON.stringify((error as GatewayError).toShape())).not.toContain('very-secret');
  });
});
