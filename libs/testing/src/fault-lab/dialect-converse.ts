import { chunksOf, type Answer } from './answer.js';
import { awsEvent, awsException, awsMessage } from './aws-message.js';
import type { DialectWriter, Piece } from './dialect.js';

const SIGNATURE = 'EqQBCgIYAhIMbGFiLXNpZ25hdHVyZQ==';
const STOP = { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' } as const;

export const AWS_STREAM = 'application/vnd.amazon.eventstream';

/** What Bedrock says of an error, and in the middle of a stream. */
export const BEDROCK_ERRORS = {
  idHeader: 'x-amzn-requestid',
  error: (_status: number, message: string) => ({ message }),
  errorEvent: (message: string) => awsException('modelStreamErrorException', message),
} as const;

export const converseDialect: DialectWriter = {
  ...BEDROCK_ERRORS,
  streamType: AWS_STREAM,
  json: (answer) => ({
    output: { message: { role: 'assistant', content: contentOf(answer) } },
    stopReason: STOP[answer.finish],
    ...usageOf(answer),
    metrics: { latencyMs: 5 },
  }),
  stream,
  malformed: awsMessage({ ':event-type': 'contentBlockDelta', ':message-type': 'event' }, '{"delta":{"te'),
};

const contentOf = ({ thinking, text, toolCalls }: Answer): object[] => [
  ...(thinking === ''
    ? []
    : [{ reasoningContent: { reasoningText: { text: thinking, signature: SIGNATURE } } }]),
  ...(text === '' ? [] : [{ text }]),
  ...toolCalls.map((call) => ({
    toolUse: { toolUseId: call.id, name: call.name, input: JSON.parse(call.arguments) as unknown },
  })),
];

/** Bedrock's three kinds of input tokens are disjoint, as Anthropic's are. */
function usageOf(answer: Answer) {
  const { promptTokens, cachedTokens, cacheWriteTokens, completionTokens } = answer;
  const usage = {
    inputTokens: Math.max(promptTokens - cachedTokens - cacheWriteTokens, 0),
    cacheReadInputTokens: cachedTokens,
    cacheWriteInputTokens: cacheWriteTokens,
    outputTokens: completionTokens,
    totalTokens: promptTokens + completionTokens,
  };
  return answer.withUsage && { usage };
}

/** Only calls have a start; text and thinking begin with their first piece. The usage comes after the reason of the finish. */
function* stream(answer: Answer): Generator<Piece> {
  yield silent(awsEvent('messageStart', { role: 'assistant' }));
  let index = 0;
  for (const kind of ['thinking', 'text'] as const)
    if (answer[kind] !== '') yield* spokenEvents(answer, kind, index++);
  for (const call of answer.toolCalls) {
    const toolUse = { toolUseId: call.id, name: call.name };
    yield silent(awsEvent('contentBlockStart', { contentBlockIndex: index, start: { toolUse } }));
    for (const input of chunksOf(call.arguments, answer.chunkCharacters))
      yield deltaOf(index, { toolUse: { input } }, input.length);
    yield silent(awsEvent('contentBlockStop', { contentBlockIndex: index++ }));
  }
  const stop = awsEvent('messageStop', { stopReason: STOP[answer.finish] });
  yield { wire: stop, characters: 0, kind: 'finish' };
  const metadata = awsEvent('metadata', { ...usageOf(answer), metrics: { latencyMs: 5 } });
  yield { wire: metadata, characters: 0, kind: 'done' };
}

function* spokenEvents(answer: Answer, kind: 'thinking' | 'text', index: number): Generator<Piece> {
  for (const text of chunksOf(answer[kind], answer.chunkCharacters))
    yield deltaOf(index, kind === 'text' ? { text } : { reasoningContent: { text } }, text.length);
  if (kind === 'thinking') yield deltaOf(index, { reasoningContent: { signature: SIGNATURE } }, 0);
  yield silent(awsEvent('contentBlockStop', { contentBlockIndex: index }));
}

const deltaOf = (contentBlockIndex: number, delta: object, characters: number): Piece => ({
  wire: awsEvent('contentBlockDelta', { contentBlockIndex, delta }),
  ...{ characters, kind: 'content' },
});

const silent = (wire: Buffer): Piece => ({ wire, characters: 0, kind: 'content' });
