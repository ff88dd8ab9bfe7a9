import { chunksOf, type Answer } from './answer.js';
import type { DialectWriter, Piece } from './dialect.js';

const SIGNATURE = 'EqQBCgIYAhIMbGFiLXNpZ25hdHVyZQ==';
const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

const event = (payload: object): string => `data: ${JSON.stringify(payload)}\r\n\r\n`;

export const geminiDialect: DialectWriter = {
  streamType: 'text/event-stream',
  idHeader: 'x-request-id',
  json: (answer) => ({
    ...candidate([...thoughts(answer.thinking), ...texts(answer.text), ...callsOf(answer)], finishOf(answer)),
    ...tail(answer),
  }),
  stream,
  error: errorOf,
  errorEvent: (message) => event(errorOf(503, message)),
  malformed: 'data: {"candidates":[{"content":{"parts":[{"te\r\n\r\n',
};

function errorOf(status: number, message: string) {
  return { error: { code: status, message, status: STATUSES[status] ?? 'INTERNAL' } };
}

const finishOf = ({ finish }: Answer): string => (finish === 'length' ? 'MAX_TOKENS' : 'STOP');

const texts = (text: string): object[] => (text === '' ? [] : [{ text }]);
const thoughts = (text: string): object[] => (text === '' ? [] : [{ text, thought: true }]);

/** Gemini signs the first of several calls. */
const callsOf = ({ toolCalls }: Answer): object[] =>
  toolCalls.map((call, index) => ({
    functionCall: { name: call.name, args: JSON.parse(call.arguments) as unknown },
    ...(index === 0 && { thoughtSignature: SIGNATURE }),
  }));

const candidate = (parts: readonly object[], finishReason?: string) => ({
  candidates: [
    { content: { role: 'model', parts }, index: 0, ...(finishReason !== undefined && { finishReason }) },
  ],
});

/** What every answer ends with; thoughts are counted beside the answer. */
function tail(answer: Answer) {
  const thoughtsTokenCount = Math.ceil(answer.thinking.length / 4);
  const counts = {
    promptTokenCount: answer.promptTokens,
    cachedContentTokenCount: answer.cachedTokens,
    candidatesTokenCount: answer.completionTokens - thoughtsTokenCount,
    thoughtsTokenCount,
    totalTokenCount: answer.promptTokens + answer.completionTokens,
  };
  return {
    ...(answer.withUsage && { usageMetadata: counts }),
    modelVersion: answer.model,
    responseId: answer.id,
  };
}

/** Every event is an answer; calls come whole, and the last with the reason. */
function* stream(answer: Answer): Generator<Piece> {
  const head = { modelVersion: answer.model, responseId: answer.id };
  for (const kind of ['thinking', 'text'] as const) {
    const partsOf = kind === 'thinking' ? thoughts : texts;
    for (const part of chunksOf(answer[kind], answer.chunkCharacters)) {
      yield {
        wire: event({ ...candidate(partsOf(part)), ...head }),
        characters: part.length,
        kind: 'content',
      };
    }
  }
  for (const [index, call] of callsOf(answer).entries()) {
    const characters = answer.toolCalls[index]?.arguments.length ?? 0;
    yield { wire: event({ ...candidate([call]), ...head }), characters, kind: 'content' };
  }
  yield {
    wire: event({ ...candidate([{ text: '' }], finishOf(answer)), ...tail(answer) }),
    ...{ characters: 0, kind: 'finish' },
  };
}
