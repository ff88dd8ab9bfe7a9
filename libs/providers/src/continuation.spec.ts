import {
  NO_USAGE,
  completionTokens,
  type Clocks,
  type Dialect,
  type PartialAnswer,
  type Usage,
} from '@tollgate/contracts';
import { SseDecoder, parseEvent, type Json } from '@tollgate/dialects';
import {
  createInProcessLab,
  inProcessConnector,
  type FaultLab,
  type Step,
} from '@tollgate/testing/fault-lab';
import { Agent } from 'undici';
import { Attempt } from './attempt.js';
import { connectionTo } from './connection.js';
import { findProvider } from './manifest.js';
import type { UpstreamCall } from './request/upstream-request.js';
import { Transport } from './kit/transport.js';

const LONG = 20_000;
const CLOCKS: Clocks = { connectMs: LONG, firstTokenMs: LONG, idleMs: LONG, totalMs: LONG };
const OPTIONS = { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams: false };
const WHOLE = 'One, two,\n\nthree, four — five,  and so on: "six" ';

/** Who serves, by which model: how it is made to go on depends on both. */
const SERVERS: Readonly<Record<string, readonly [provider: string, model: string]>> = {
  OpenAI: ['openai', 'gpt-4o'],
  'Claude, which takes a beginning': ['anthropic', 'claude-sonnet-4-5-20250929'],
  'Claude, which must be asked': ['anthropic', 'claude-opus-4-6'],
  'Mistral, which repeats the beginning': ['mistral', 'mistral-large-latest'],
  vLLM: ['hosted_vllm', 'llama'],
};

describe('an answer of two attempts', () => {
  let lab: FaultLab;
  let transport: Transport;
  beforeAll(() => {
    lab = createInProcessLab();
    const agent = new Agent({ connect: inProcessConnector(lab) as never });
    const names = new Set(Object.values(SERVERS).map(([name]) => name));
    transport = new Transport({ dispatchers: new Map([...names].map((name) => [name, agent])) });
  });
  afterAll(() => transport.close());

  interface Part {
    readonly text: string;
    readonly isWhole: boolean;
    readonly partial: PartialAnswer | null;
    readonly usage: Usage | null;
  }
  interface Own {
    readonly partial?: PartialAnswer | undefined;
    readonly body?: Json;
    readonly step?: Step;
  }

  /** Runs an attempt to its end, wherever that is. */
  const serve = async (
    server: string,
    dialect: Dialect,
    { partial, body = {}, step = {} }: Own,
  ): Promise<Part> => {
    const [name, model] = SERVERS[server] ?? ['', ''];
    const provider = findProvider(name);
    if (provider === undefined) throw new Error(`no provider ${name}`);
    lab.script(model, [{ text: WHOLE, repeatsBeginning: name === 'mistral', ...step }]);
    const settings = {
      apiKey: 'sk-some-key',
      apiBase: 'http://lab/v1',
      apiVersion: null,
      organization: null,
      more: {},
    };
    const request = {
      model: 'ours',
      stream: true,
      messages: [{ role: 'user', content: 'Count.' }],
      max_tokens: 500,
    };
    const call: UpstreamCall = {
      ...{ attemptId: 'call:1', dialect, model: 'ours', upstreamModel: model, stream: true },
      ...{ includeUsage: true, headers: {}, options: OPTIONS, partial, resumable: true },
      body: Buffer.from(JSON.stringify({ ...request, ...body })),
    };
    const attempt = new Attempt(transport, connectionTo(provider, settings), call);
    const parts: Uint8Array[] = [];
    let isWhole = false;
    try {
      const { stream } = await attempt.open({ clocks: CLOCKS, signal: new AbortController().signal });
      for (let data = await stream?.next(); data; data = await stream?.next()) parts.push(data);
      isWhole = true;
    } catch {
      // Where it broke off is what the caller wants to know.
    }
    const { served, progress } = attempt;
    const told = progress.usage ?? { ...NO_USAGE, input: 2 };
    const usage = { ...told, output: Math.ceil(progress.characters / 4) };
    const text = Buffer.concat(parts).toString();
    return { text, isWhole, partial: served && { ...served, usage }, usage: progress.usage };
  };

  const eventsOf = (text: string): Json[] =>
    new SseDecoder().push(Buffer.from(text)).flatMap((event) => {
      const payload = parseEvent(event);
      return payload === null ? [] : [payload];
    });

  /** What an OpenAI client makes of a stream; fails where it is no stream of one answer. */
  const readChat = (text: string): { content: string; completion: unknown } => {
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(text.split('[DONE]')).toHaveLength(2);
    const chunks = eventsOf(text);
    expect(new Set(chunks.map(({ id, created, model }) => JSON.stringify([id, created, model]))).size).toBe(
      1,
    );
    const choices = chunks.flatMap((chunk) => chunk['choices'] as Json[]);
    const deltas = choices.map(({ delta }) => delta as Json);
    expect(deltas.filter(({ role }) => role !== undefined)).toHaveLength(1);
    const reasons = choices.map((choice) => choice['finish_reason']).filter((reason) => reason !== null);
    expect(reasons).toEqual(['stop']);
    const usages = chunks.flatMap(({ usage }) => (usage ? [usage as Json] : []));
    // The lab's Mistral, which is not asked for usage, tells none.
    expect(usages.length).toBeLessThanOrEqual(1);
    return {
      content: deltas.map((delta) => (delta['content'] as string | null | undefined) ?? '').join(''),
      completion: usages[0]?.['completion_tokens'],
    };
  };

  /** The same for an Anthropic client. */
  const readMessage = (text: string): { content: string; completion: unknown } => {
    const events = eventsOf(text).filter(({ type }) => type !== 'ping');
    const open = new Set<unknown>();
    let next = 0;
    let content = '';
    let ends = '';
    for (const { type, index, content_block: block, delta } of events) {
      if (type === 'content_block_start') {
        expect([index, open.size]).toEqual([next, 0]);
        next += 1;
        open.add(index);
        content += (block as { text?: string }).text ?? '';
      } else if (type === 'content_block_delta') {
        expect(open.has(index)).toBe(true);
        content += (delta as { text?: string }).text ?? '';
      } else if (type === 'content_block_stop') expect(open.delete(index)).toBe(true);
      else ends += `${String(type)} `;
    }
    expect([ends, open.size]).toEqual(['message_start message_delta message_stop ', 0]);
    const usage = events.find(({ type }) => type === 'message_delta')?.['usage'] as Json;
    return { content, completion: usage['output_tokens'] };
  };

  const servers = Object.keys(SERVERS);
  const pairs = servers.flatMap((first) => servers.map((second) => [first, second] as const));
  describe.each([
    ['openai-chat', readChat],
    ['anthropic-messages', readMessage],
  ] as const)('for a client that speaks %s', (dialect, read) => {
    it.each(pairs)('is the same as an unbroken one: begun by %s, ended by %s', async (first, second) => {
      let continued = 0;
      for (let cut = 200; cut < 9_000; cut += 223) {
        const begun = await serve(first, dialect, { step: { resetAfterBytes: cut } });
        if (begun.isWhole) break;
        if (begun.partial === null) continue;
        continued += 1;
        const rest = await serve(second, dialect, { partial: begun.partial });
        expect(rest.isWhole).toBe(true);
        const { content, completion } = read(begun.text + rest.text);
        expect(content).toBe(WHOLE);
        const tokens = completionTokens(begun.partial.usage) + completionTokens(rest.usage ?? NO_USAGE);
        if (rest.usage !== null) expect(completion).toBe(tokens);
      }
      expect(continued).toBeGreaterThan(5);
    });

    it('goes on several times', async () => {
      let text = '';
      let partial: PartialAnswer | undefined;
      for (const [round, server] of servers.entries()) {
        const isLast = round === servers.length - 1;
        const step = isLast ? {} : { resetAfterBytes: dialect === 'openai-chat' ? 1_200 : 1_000 };
        const part = await serve(server, dialect, { partial, step });
        text += part.text;
        if (!part.isWhole) partial = part.partial ?? partial;
      }
      expect(read(text).content).toBe(WHOLE);
    });

    it('leaves thoughts to the first attempt', async () => {
      const body = { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 2000 };
      const claude = 'Claude, which takes a beginning';
      let continued = 0;
      for (let cut = 1_000; cut < 9_000; cut += 223) {
        const begun = await serve(claude, dialect, { body, step: { resetAfterBytes: cut } });
        if (begun.isWhole) break;
        if (begun.partial === null || begun.partial.text === '') continue;
        continued += 1;
        const rest = await serve(claude, dialect, { body, partial: begun.partial });
        const seen = lab.lastRequests.at(-1)?.body.toString() ?? '';
        expect(seen).not.toContain('"thinking"');
        expect(rest.text).not.toMatch(/reasoning_content|thinking/);
        expect(read(begun.text + rest.text).content).toBe(WHOLE);
      }
      expect(continued).toBeGreaterThan(2);
    });

    it('is not begun where a format is asked for, or a tool is called', async () => {
      const format = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } };
      const schema = { type: 'object', properties: { city: { type: 'string' } } };
      const isChat = dialect === 'openai-chat';
      const tool = isChat
        ? { type: 'function', function: { name: 'weather', parameters: schema } }
        : { name: 'weather', input_schema: schema };
      const asked = isChat
        ? { response_format: format }
        : { output_config: { format: { type: 'json_schema', schema: {} } } };
      const called = { tools: [tool], messages: [{ role: 'user', content: 'call weather' }] };
      for (let cut = 800; cut < 2_200; cut += 100) {
        const step = { resetAfterBytes: cut, text: WHOLE.repeat(4) };
        expect((await serve('OpenAI', dialect, { body: asked, step })).partial).toBeNull();
        const { text: _text, ...inTool } = step;
        const broken = await serve('OpenAI', dialect, { body: called, step: { ...inTool, tokens: 0 } });
        if (/tool_calls":\[\{|tool_use/.test(broken.text)) expect(broken.partial).toBeNull();
      }
    });
  });
});
