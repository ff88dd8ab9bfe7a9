import type { ResponseFrame } from '@tollgate/bus';
import {
  TASK_OF,
  type CallHeader,
  type Clocks,
  type Dialect,
  type ResponseHead,
  type Task,
} from '@tollgate/contracts';
import {
  Attempt,
  NativeAttempt,
  Transport,
  connectionTo,
  findProvider,
  type Connection,
} from '@tollgate/providers';
import { ScriptedProvider, type ScriptedReply } from './scripted-provider.js';

const LONG = 60_000;
const CLOCKS: Clocks = { connectMs: LONG, firstTokenMs: LONG, idleMs: LONG, totalMs: LONG };
const SETTINGS = {
  ...{ apiKey: 'sk-test', apiBase: null, apiVersion: null, organization: null },
  more: { aws_access_key_id: 'AKID', aws_secret_access_key: 'secret', aws_region_name: 'eu-central-1' },
};

/** Providers of every dialect of chat. */
const CHATTING = ['openai', 'anthropic', 'gemini', 'bedrock', 'cohere', 'ollama', 'mistral'];
const PROVIDERS: Partial<Record<Task, readonly string[]>> = {
  ...{ chat: CHATTING, embedding: ['openai', 'gemini', 'cohere', 'ollama', 'mistral'] },
  ...{
    rerank: ['cohere'],
    moderation: ['openai', 'mistral'],
    'token-count': ['anthropic', 'gemini', 'bedrock'],
  },
};

/** Providers that can serve a dialect. */
export const providersOf = (dialect: Dialect): readonly string[] => PROVIDERS[TASK_OF[dialect]] ?? ['openai'];

const connections: ReadonlyMap<string, Connection> = new Map(
  CHATTING.map((name) => [name, connectionTo(findProvider(name)!, SETTINGS)]),
);

/** How a call goes on behind the gateway. */
export interface Script {
  readonly provider: string;
  readonly dropParams: boolean;
  readonly replyTo: (path: string, wantsStream: boolean) => ScriptedReply;
}

/** The frames of one call, made as a worker makes them, by one attempt at the scripted provider. */
export async function* workerFrames(
  header: CallHeader,
  body: Uint8Array,
  { provider, dropParams, replyTo }: Script,
): AsyncGenerator<ResponseFrame> {
  const { dialect, model, stream, includeUsage, headers, contentType, native } = header;
  const connection = connections.get(native?.provider ?? provider) ?? connections.get('openai')!;
  const scripted = new ScriptedProvider((path) => replyTo(path, stream));
  const transport = new Transport({ dispatchers: new Map([[connection.provider.name, scripted]]) });
  const options = { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams };
  const call = { attemptId: 'call:1', dialect, headers, contentType, body };
  const attempt =
    native === undefined
      ? new Attempt(transport, connection, {
          ...call,
          ...{ model, upstreamModel: 'theirs', stream, includeUsage, options, resumable: true },
        })
      : new NativeAttempt(transport, connection, { ...call, native, upstreamModel: 'theirs' });
  const signal = new AbortController().signal;
  const answer = await attempt.open({ clocks: CLOCKS, signal });
  const { status, contentType: type, headers: told } = answer;
  yield { type: 'head', head: { ...HEAD, status, headers: { ...told, 'content-type': type } } };
  if (answer.stream === null) yield { type: 'data', data: answer.data };
  else
    for (let data = await answer.stream.next(); data !== null; data = await answer.stream.next())
      yield { type: 'data', data };
  yield { type: 'end', end: { usage: attempt.progress.usage, costNanos: null } };
}

const HEAD: ResponseHead = {
  ...{ status: 200, headers: {}, attemptId: 'call:1', deploymentId: 'd', group: 'chat-default' },
  ...{ provider: 'openai', upstreamModel: 'theirs', apiBase: 'https://api.example.com' },
  ...{ retries: 0, fallbacks: 0, costNanos: null, upstreamMs: 0 },
};
