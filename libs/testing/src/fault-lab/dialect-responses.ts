import { chunksOf, type Answer } from './answer.js';
import { openAiDialect } from './dialect-openai.js';
import type { DialectWriter, Piece } from './dialect.js';
import { responsesItems, type ResponsesItem } from './responses-items.js';

const event = (type: string, sequence: number, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...fields })}\n\n`;

export const responsesDialect: DialectWriter = {
  streamType: 'text/event-stream; charset=utf-8',
  idHeader: 'x-request-id',
  json: finished,
  stream,
  error: (status, message) => openAiDialect.error(status, message),
  errorEvent: (message) => event('error', 0, { code: 'server_error', message, param: null }),
  malformed: 'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","de\n\n',
};

const head = ({ id, created, model }: Answer) => ({
  ...{ id: `resp_${id}`, object: 'response', created_at: created, model },
  ...{ error: null, instructions: null, metadata: {}, parallel_tool_calls: true, previous_response_id: null },
  ...{ temperature: 1, tool_choice: 'auto', tools: [], top_p: 1, truncation: 'disabled' },
});

function finished(answer: Answer) {
  const isCut = answer.finish === 'length';
  return {
    ...head(answer),
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    output: responsesItems(answer).map(({ item }) => item),
    ...(answer.withUsage && { usage: usageOf(answer) }),
  };
}

const usageOf = (answer: Answer) => ({
  input_tokens: answer.promptTokens,
  input_tokens_details: { cached_tokens: answer.cachedTokens },
  output_tokens: answer.completionTokens,
  output_tokens_details: { reasoning_tokens: Math.ceil(answer.thinking.length / 4) },
  total_tokens: answer.promptTokens + answer.completionTokens,
});

type ItemEvent = [type: string, fields: object, characters?: number];

/** The answer as it is at first, each item with its beginning, its deltas and its end, and the answer as it is at last. */
function* stream(answer: Answer): Generator<Piece> {
  let sequence = 0;
  const piece = (type: string, fields: object, characters = 0): Piece => ({
    wire: event(`response.${type}`, sequence++, fields),
    ...{ characters, kind: 'content' },
  });
  const begun = { ...head(answer), status: 'in_progress', incomplete_details: null, output: [], usage: null };
  for (const type of ['created', 'in_progress']) yield piece(type, { response: begun });
  for (const [index, item] of responsesItems(answer).entries())
    for (const part of itemEvents(item, index, answer.chunkCharacters)) yield piece(...part);
  const response = finished(answer);
  yield { ...piece(response.status, { response }), kind: 'finish' };
}

function* itemEvents(own: ResponsesItem, index: number, size: number): Generator<ItemEvent> {
  const within = { output_index: index, item_id: own.item.id, ...own.place };
  const { part } = own;
  yield ['output_item.added', { output_index: index, item: own.begun }];
  if (part !== undefined) yield [`${part.type}.added`, { ...within, part: part.begun }];
  for (const delta of chunksOf(own.text, size))
    yield [`${own.delta}.delta`, { ...within, delta }, delta.length];
  yield [`${own.delta}.done`, { ...within, [own.whole]: own.text }];
  if (part !== undefined) yield [`${part.type}.done`, { ...within, part: part.whole }];
  yield ['output_item.done', { output_index: index, item: own.item }];
}
