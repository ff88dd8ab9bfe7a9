import { chunksOf, type Answer } from './answer.js';
import type { DialectWriter, Piece } from './dialect.js';

const SIGNATURE = 'EqQBCgIYAhIMbGFiLXNpZ25hdHVyZQ==';
const STOP = { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' } as const;
const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

export const anthropicDialect: DialectWriter = {
  streamType: 'text/event-stream; charset=utf-8',
  idHeader: 'request-id',
  json: (answer) => ({
    ...head(answer),
    content: contentOf(answer),
    ...{ stop_reason: STOP[answer.finish], stop_sequence: null },
    ...(answer.withUsage && { usage: usageOf(answer, answer.completionTokens) }),
  }),
  stream,
  error: (status, message) => ({
    type: 'error',
    error: { type: ERROR_TYPES[status] ?? 'api_error', message },
    request_id: 'req_lab',
  }),
  errorEvent: (message) => event('error', { error: { type: 'overloaded_error', message } }),
  malformed: 'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"te\n\n',
};

const head = ({ id, model }: Answer) => ({ id: `msg_${id}`, type: 'message', role: 'assistant', model });

/** Anthropic's three kinds of input tokens are disjoint. */
const usageOf = (answer: Answer, outputTokens: number) => ({
  input_tokens: Math.max(answer.promptTokens - answer.cachedTokens - answer.cacheWriteTokens, 0),
  cache_creation_input_tokens: answer.cacheWriteTokens,
  cache_read_input_tokens: answer.cachedTokens,
  cache_creation: { ephemeral_5m_input_tokens: answer.cacheWriteTokens, ephemeral_1h_input_tokens: 0 },
  output_tokens: outputTokens,
  service_tier: 'standard',
});

function contentOf(answer: Answer): unknown[] {
  const { thinking, text } = answer;
  return [
    ...(thinking === '' ? [] : [{ type: 'thinking', thinking, signature: SIGNATURE }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...answer.toolCalls.map((call) => ({
      ...{ type: 'tool_use', id: call.id, name: call.name },
      input: JSON.parse(call.arguments) as unknown,
    })),
  ];
}

function* stream(answer: Answer): Generator<Piece> {
  const message = {
    ...head(answer),
    ...{ content: [], stop_reason: null, stop_sequence: null },
    ...(answer.withUsage && { usage: usageOf(answer, 1) }),
  };
  yield silent(event('message_start', { message }));
  let index = 0;
  for (const block of blocksOf(answer)) yield* blockEvents(block, index++, answer.chunkCharacters);
  const delta = { stop_reason: STOP[answer.finish], stop_sequence: null };
  const usage = answer.withUsage && { usage: usageOf(answer, answer.completionTokens) };
  yield { wire: event('message_delta', { delta, ...usage }), characters: 0, kind: 'finish' };
  yield { wire: event('message_stop', {}), characters: 0, kind: 'done' };
}

interface Block {
  readonly start: object;
  readonly text: string;
  delta(text: string): object;
  readonly signature?: string;
}

function blocksOf(answer: Answer): Block[] {
  const { thinking, text } = answer;
  const thought: Block = {
    start: { type: 'thinking', thinking: '', signature: '' },
    text: thinking,
    delta: (part) => ({ type: 'thinking_delta', thinking: part }),
    signature: SIGNATURE,
  };
  const spoken: Block = {
    start: { type: 'text', text: '' },
    text,
    delta: (part) => ({ type: 'text_delta', text: part }),
  };
  const calls = answer.toolCalls.map((call) => ({
    start: { type: 'tool_use', id: call.id, name: call.name, input: {} },
    text: call.arguments,
    delta: (part: string) => ({ type: 'input_json_delta', partial_json: part }),
  }));
  return [...(thinking === '' ? [] : [thought]), ...(text === '' ? [] : [spoken]), ...calls];
}

function* blockEvents(block: Block, index: number, size: number): Generator<Piece> {
  yield silent(event('content_block_start', { index, content_block: block.start }));
  if (index === 0) yield silent(event('ping', {}));
  for (const text of chunksOf(block.text, size)) {
    const wire = event('content_block_delta', { index, delta: block.delta(text) });
    yield { wire, characters: text.length, kind: 'content' };
  }
  if (block.signature !== undefined) {
    const delta = { type: 'signature_delta', signature: block.signature };
    yield silent(event('content_block_delta', { index, delta }));
  }
  yield silent(event('content_block_stop', { index }));
}

const silent = (wire: string): Piece => ({ wire, characters: 0, kind: 'content' });
