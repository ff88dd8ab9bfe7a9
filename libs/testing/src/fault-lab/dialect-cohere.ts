import { chunksOf, type Answer } from './answer.js';
import type { DialectWriter, Piece } from './dialect.js';

const FINISH = { stop: 'COMPLETE', length: 'MAX_TOKENS', tool_calls: 'TOOL_CALL' } as const;

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

export const cohereDialect: DialectWriter = {
  streamType: 'text/event-stream',
  idHeader: 'x-debug-trace-id',
  json: (answer) => ({
    id: answer.id,
    message: { role: 'assistant', ...messageOf(answer) },
    finish_reason: FINISH[answer.finish],
    ...usageOf(answer),
  }),
  stream,
  error: (_status, message) => ({ id: 'lab', message }),
  errorEvent: (message) => event('message-end', { delta: { finish_reason: 'ERROR', error: message } }),
  malformed: 'event: content-delta\ndata: {"type":"content-delta","index":0,"delta":{"mes\n\n',
};

const toolCallsOf = ({ toolCalls }: Answer) =>
  toolCalls.map((call) => ({
    ...{ id: call.id, type: 'function' },
    function: { name: call.name, arguments: call.arguments },
  }));

function messageOf(answer: Answer) {
  const { thinking, text } = answer;
  const content = [
    ...(thinking === '' ? [] : [{ type: 'thinking', thinking }]),
    ...(text === '' ? [] : [{ type: 'text', text }]),
  ];
  return {
    ...(content.length > 0 && { content }),
    ...(answer.toolCalls.length > 0 && { tool_calls: toolCallsOf(answer) }),
  };
}

function usageOf(answer: Answer) {
  const counts = { input_tokens: answer.promptTokens, output_tokens: answer.completionTokens };
  const usage = { billed_units: counts, tokens: counts, cached_tokens: answer.cachedTokens };
  return answer.withUsage && { usage };
}

function* stream(answer: Answer): Generator<Piece> {
  const message = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] };
  yield silent(event('message-start', { id: answer.id, delta: { message } }));
  let index = 0;
  for (const kind of ['thinking', 'text'] as const)
    if (answer[kind] !== '') yield* contentEvents(answer, kind, index++);
  for (const [place, call] of toolCallsOf(answer).entries()) yield* toolEvents(answer, call, place);
  const delta = { finish_reason: FINISH[answer.finish], ...usageOf(answer) };
  yield { wire: event('message-end', { delta }), characters: 0, kind: 'finish' };
  yield { wire: 'data: [DONE]\n\n', characters: 0, kind: 'done' };
}

function* contentEvents(answer: Answer, kind: 'thinking' | 'text', index: number): Generator<Piece> {
  const delta = (content: object) => ({ index, delta: { message: { content } } });
  yield silent(event('content-start', delta({ type: kind, [kind]: '' })));
  for (const part of chunksOf(answer[kind], answer.chunkCharacters)) {
    yield { wire: event('content-delta', delta({ [kind]: part })), characters: part.length, kind: 'content' };
  }
  yield silent(event('content-end', { index }));
}

function* toolEvents(
  answer: Answer,
  call: ReturnType<typeof toolCallsOf>[number],
  index: number,
): Generator<Piece> {
  const delta = (calls: object) => ({ index, delta: { message: { tool_calls: calls } } });
  yield silent(event('tool-call-start', delta({ ...call, function: { ...call.function, arguments: '' } })));
  for (const part of chunksOf(call.function.arguments, answer.chunkCharacters)) {
    const wire = event('tool-call-delta', delta({ function: { arguments: part } }));
    yield { wire, characters: part.length, kind: 'content' };
  }
  yield silent(event('tool-call-end', { index }));
}

const silent = (wire: string): Piece => ({ wire, characters: 0, kind: 'content' });
