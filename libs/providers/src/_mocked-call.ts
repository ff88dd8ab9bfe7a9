import type { Clocks, Dialect, Usage } from '@tollgate/contracts';
import { MockAgent } from 'undici';
import { Attempt } from './attempt.js';
import { connectionTo } from './connection.js';
import { Transport } from './kit/transport.js';
import { findProvider } from './manifest.js';
import type { Provider } from './provider.js';

const LONG = 20_000;
const CLOCKS: Clocks = { connectMs: LONG, firstTokenMs: LONG, idleMs: LONG, totalMs: LONG };
const OPTIONS = { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams: false };

export interface MockedCall {
  readonly body: Buffer;
  /** Of a form. */
  readonly contentType?: string;
}

/** What the provider got, and what its caller got of its reply: sound, or JSON. */
export interface MockedAnswer {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sent: Buffer;
  readonly data: Buffer;
  readonly contentType: string;
  readonly usage: Usage | null;
}

/** A call of `seen`, a model that the provider calls `own`, at the provider's own address, where nobody is but this reply. */
export async function mockedCall(
  whose: string | Provider,
  dialect: Dialect,
  asked: MockedCall,
  reply: object,
): Promise<MockedAnswer> {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const provider = typeof whose === 'string' ? findProvider(whose)! : whose;
  let got = { path: '', headers: {}, sent: Buffer.alloc(0) };
  agent
    .get(new URL(provider.defaultBase!).origin)
    .intercept({ path: () => true, method: 'POST' })
    .reply(
      200,
      ({ path, headers, body }) => {
        got = { path, headers: { ...(headers as object) }, sent: Buffer.from(body as unknown as Uint8Array) };
        return reply;
      },
      { headers: { 'content-type': Buffer.isBuffer(reply) ? 'audio/mpeg' : 'application/json' } },
    );
  const settings = { apiKey: 'sk-test', apiBase: null, apiVersion: null, organization: null, more: {} };
  const transport = new Transport({ dispatchers: new Map([[provider.name, agent]]) });
  const attempt = new Attempt(transport, connectionTo(provider, settings), {
    ...{ attemptId: 'call:1', dialect, model: 'seen', upstreamModel: 'own', stream: false },
    ...{ includeUsage: false, headers: {}, options: OPTIONS, ...asked },
  });
  const answer = await attempt.open({ clocks: CLOCKS, signal: new AbortController().signal });
  await agent.close();
  const { contentType } = answer;
  return { ...got, data: Buffer.from(answer.data ?? []), contentType, usage: attempt.progress.usage };
}
