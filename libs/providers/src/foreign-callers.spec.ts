import type { Clocks, Dialect } from '@tollgate/contracts';
import { NdjsonDecoder, SseDecoder } from '@tollgate/dialects';
import {
  createInProcessLab,
  inProcessConnector,
  type FaultLab,
  type Step,
} from '@tollgate/testing/fault-lab';
import { Agent } from 'undici';
import { Attempt, type Answer } from './attempt.js';
import { connectionTo } from './connection.js';
import { Transport } from './kit/transport.js';
import { findProvider } from './manifest.js';

type Json = Record<string, unknown>;

const LONG = 20_000;
const CLOCKS: Clocks = { connectMs: LONG, firstTokenMs: LONG, idleMs: LONG, totalMs: LONG };
const OPTIONS = { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams: false };
const tool = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: {} } },
};

/** What a caller of a dialect makes of an answer: its text, its tools, and how it ended. */
interface Caller {
  readonly dialect: Dialect;
  /** Absent: what Cohere's and Ollama's callers send, who spell alike. */
  request?(content: string): Json;
  whole(answer: Json): readonly [text: unknown, tools: unknown, end: unknown];
  streamed(bytes: Buffer): readonly [text: unknown, tools: unknown, end: unknown];
}

const namesOf = (calls: unknown): unknown[] =>
  ((calls ?? []) as { function: { name: string } }[]).map((call) => call.function.name);
const sse = (bytes: Buffer): Json[] =>
  new SseDecoder().push(bytes).flatMap(({ data }) => (data === '[DONE]' ? [] : [JSON.parse(data) as Json]));

interface CohereMessage {
  content?: { text?: string }[];
  tool_calls?: unknown;
}
interface CohereEvent {
  type: string;
  delta?: { message?: { content?: { text?: string }; tool_calls?: unknown }; finish_reason?: string };
}
interface GeminiAnswer {
  candidates: {
    content: { parts: { text?: string; functionCall?: { name: string } }[] };
    finishReason?: string;
  }[];
  usageMetadata?: unknown;
}
interface OllamaLine {
  message: { content: string; tool_calls?: unknown[] };
  done_reason?: string;
}

/** The usage of all must be in the last. */
function saidByGemini(answers: readonly GeminiAnswer[]) {
  const parts = answers.flatMap(({ candidates }) => candidates[0]?.content.parts ?? []);
  const names = parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [functionCall.name]));
  const last = answers.at(-1);
  expect(last?.usageMetadata).toBeDefined();
  return [parts.map(({ text = '' }) => text).join(''), names, last?.candidates[0]?.finishReason] as const;
}

const CALLERS: readonly Caller[] = [
  {
    dialect: 'cohere-chat',
    whole({ message, finish_reason: end }) {
      const { content = [], tool_calls: calls } = message as CohereMessage;
      return [content.map(({ text = '' }) => text).join(''), namesOf(calls), end];
    },
    streamed(bytes) {
      const events = sse(bytes) as unknown as CohereEvent[];
      const text = events.map(({ delta }) => delta?.message?.content?.text ?? '').join('');
      const calls = events.filter(({ type }) => type === 'tool-call-start');
      return [
        text,
        namesOf(calls.map(({ delta }) => delta?.message?.tool_calls)),
        events.at(-1)?.delta?.finish_reason,
      ];
    },
  },
  {
    dialect: 'ollama-chat',
    whole(answer) {
      const { message, done_reason: end } = answer as unknown as OllamaLine;
      return [message.content, namesOf(message.tool_calls), end === 'stop' ? 'COMPLETE' : end];
    },
    streamed(bytes) {
      const lines = new NdjsonDecoder().push(bytes).map(({ data }) => JSON.parse(data) as OllamaLine);
      const text = lines.map(({ message }) => message.content).join('');
      const end = lines.at(-1)?.done_reason;
      return [
        text,
        namesOf(lines.flatMap(({ message }) => message.tool_calls ?? [])),
        end === 'stop' ? 'COMPLETE' : end,
      ];
    },
  },
  {
    dialect: 'gemini-content',
    request: (content) => ({
      contents: [{ role: 'user', parts: [{ text: content }] }],
      tools: [{ functionDeclarations: [{ name: 'weather' }] }],
    }),
    whole: (answer) => saidByGemini([answer as unknown as GeminiAnswer]),
    streamed: (bytes) => saidByGemini(sse(bytes) as unknown as GeminiAnswer[]),
  },
];

const PROVIDERS = ['openai', 'anthropic', 'cohere', 'ollama_chat', 'gemini', 'vertex_ai', 'bedrock'];

describe.each(CALLERS)('a caller of $dialect', (caller) => {
  describe.each(PROVIDERS)('in front of %s', (name) => {
    let lab: FaultLab;
    let agent: Agent;

    beforeEach(() => {
      lab = createInProcessLab();
      agent = new Agent({ connect: inProcessConnector(lab) as never });
    });

    afterEach(async () => {
      await agent.destroy();
    });

    const ask = (content: string, stream: boolean, step: Step = {}): Promise<Answer> => {
      lab.script('own', [step]);
      const settings = {
        apiKey: 'sk',
        apiBase: 'http://provider',
        apiVersion: null,
        organization: null,
        more: {},
      };
      const chat = { model: 'seen', stream, messages: [{ role: 'user', content }], tools: [tool] };
      const body = caller.request?.(content) ?? chat;
      const transport = new Transport({ dispatchers: new Map([[name, agent]]) });
      const attempt = new Attempt(transport, connectionTo(findProvider(name)!, settings), {
        ...{ attemptId: 'call:1', dialect: caller.dialect, model: 'seen', upstreamModel: 'own', stream },
        ...{ includeUsage: false, headers: {}, options: OPTIONS, body: Buffer.from(JSON.stringify(body)) },
      });
      return attempt.open({ clocks: CLOCKS, signal: new AbortController().signal });
    };

    const drained = async ({ stream }: Answer): Promise<Buffer> => {
      const parts: Uint8Array[] = [];
      for (let part = await stream?.next(); part; part = await stream?.next()) parts.push(part);
      return Buffer.concat(parts);
    };

    it.each([
      ['Hi', 'Hello from the fault lab. You said: Hi', []],
      ['call weather', '', ['weather']],
    ])('gets what it asks for, whole and streamed: %s', async (content, text, tools) => {
      const { data } = await ask(content, false);
      const [saidText, saidTools, end] = caller.whole(JSON.parse(Buffer.from(data ?? []).toString()) as Json);
      expect([saidText, saidTools]).toEqual([text, tools]);
      expect(caller.streamed(await drained(await ask(content, true)))).toEqual([text, tools, end]);
    });

    it('is told of a stream that breaks off', async () => {
      const broken = ask('Hi', true, { text: 'x'.repeat(60), noFinish: true }).then(drained);
      await expect(broken).rejects.toMatchObject({ code: 'upstream_stream_broken' });
    });
  });
});
