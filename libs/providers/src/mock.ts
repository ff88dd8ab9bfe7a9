import type { Dialect, GatewayError, PartialAnswer } from '@tollgate/contracts';
import { SseDecoder, encodeSse, streamType, type Json } from '@tollgate/dialects';
import { upstreamError, type ErrorClass } from './kit/upstream-error.js';
import { continuedRelay } from './response/client-view.js';
import { jsonAnswer } from './response/json-answer.js';
import type { Progress } from './response/observer.js';
import { relayFor } from './response/relay-for.js';

export interface MockCall {
  readonly id: string;
  readonly dialect: Dialect;
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly inputTokens: number;
  /** What the client has of the answer already. */
  readonly partial?: PartialAnswer | undefined;
}

export interface MockAnswer {
  readonly data: Uint8Array;
  readonly contentType: string;
  readonly progress: Progress;
}

const SOURCE = { label: 'Mock', secrets: [] };

const RAISED: Readonly<Record<string, readonly [code: GatewayError['code'], errorClass: ErrorClass]>> = {
  AuthenticationError: ['upstream_authentication', 'AuthenticationError'],
  BadRequestError: ['upstream_bad_request', 'BadRequestError'],
  ContentPolicyViolationError: ['upstream_bad_request', 'ContentPolicyViolationError'],
  ContextWindowExceededError: ['upstream_bad_request', 'ContextWindowExceededError'],
  InternalServerError: ['upstream_error', 'InternalServerError'],
  NotFoundError: ['upstream_not_found', 'NotFoundError'],
  RateLimitError: ['upstream_rate_limited', 'RateLimitError'],
  ServiceUnavailableError: ['upstream_error', 'ServiceUnavailableError'],
  Timeout: ['upstream_timeout', 'Timeout'],
};

/** The error that a mock response like `litellm.RateLimitError` stands for; null for plain text. */
export function mockError(text: string): GatewayError | null {
  const row = RAISED[/^litellm\.(\w+)$/.exec(text.trim())?.[1] ?? ''];
  return row === undefined ? null : upstreamError(row[0], row[1], 'this is a mock error', SOURCE);
}

/** A canned answer in the client's dialect. The usage in it is an estimate, so its progress tells none. */
export function mockAnswer(call: MockCall, text: string): MockAnswer {
  const created = Math.floor(Date.now() / 1000);
  const base = { id: `chatcmpl-${call.id}`, created, model: call.model };
  const completion = Math.ceil(text.length / 4);
  const usage = {
    prompt_tokens: call.inputTokens,
    completion_tokens: completion,
    total_tokens: call.inputTokens + completion,
  };
  const { data, progress } = call.stream ? streamed(call, base, text, usage) : whole(call, base, text, usage);
  const { responseId } = progress;
  return {
    data,
    contentType: call.stream ? streamType(call.dialect) : 'application/json',
    progress: {
      usage: null,
      rawUsage: null,
      serviceTier: null,
      finished: true,
      characters: text.length,
      responseId,
    },
  };
}

type Mocked = Omit<MockAnswer, 'contentType'>;

function whole(call: MockCall, base: Json, text: string, usage: Json): Mocked {
  const message = { role: 'assistant', content: text };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  const body = Buffer.from(JSON.stringify({ ...base, object: 'chat.completion', choices, usage }));
  return jsonAnswer(body, { from: 'openai-chat', to: call.dialect, model: call.model, source: SOURCE });
}

function streamed(call: MockCall, base: Json, text: string, usage: Json): Mocked {
  const ordinary = relayFor('openai-chat', call.dialect, { ...call, source: SOURCE });
  const { dialect, partial } = call;
  const beginning = { providerDialect: 'openai-chat', prefill: 'ask' } as const;
  const relay =
    partial === undefined ? ordinary : continuedRelay(ordinary, dialect, { partial, ...beginning });
  const chunk = (fields: Json): Buffer =>
    encodeSse(JSON.stringify({ ...base, object: 'chat.completion.chunk', ...fields }));
  const choice = (delta: Json, finish: string | null): Json => ({
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const upstream = Buffer.concat([
    chunk(choice({ role: 'assistant', content: text }, null)),
    chunk(choice({}, 'stop')),
    chunk({ choices: [], usage }),
  ]);
  const parts = new SseDecoder().push(upstream).map((event) => relay.push(event));
  const data = Buffer.concat([...parts, relay.end()].filter((part) => part !== null));
  return { data, progress: relay.observer };
}
