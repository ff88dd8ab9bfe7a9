import { chunksOf, type Answer } from './answer.js';
import type { DialectWriter, Piece } from './dialect.js';

export const ollamaDialect: DialectWriter = {
  streamType: 'application/x-ndjson',
  idHeader: 'x-request-id',
  json: (answer) => ({ ...head(answer), message: messageOf(answer), ...ending(answer) }),
  stream,
  error: (_status, message) => ({ error: message }),
  errorEvent: (message) => `${JSON.stringify({ error: message })}\n`,
  malformed: '{"model":"lab","message":{"role":"assist\n',
};

const head = ({ model, created }: Answer) => ({
  model,
  created_at: new Date(created * 1000).toISOString(),
});

const toolCallsOf = (answer: Answer) =>
  answer.toolCalls.map((call) => ({
    function: { name: call.name, arguments: JSON.parse(call.arguments) as unknown },
  }));

const messageOf = (answer: Answer) => ({
  ...{ role: 'assistant', content: answer.text },
  ...(answer.thinking !== '' && { thinking: answer.thinking }),
  ...(answer.toolCalls.length > 0 && { tool_calls: toolCallsOf(answer) }),
});

/** Durations are nanoseconds. */
const ending = (answer: Answer) => ({
  done: true,
  done_reason: answer.finish === 'length' ? 'length' : 'stop',
  ...{
    total_duration: 5_000_000,
    load_duration: 1_000_000,
    prompt_eval_duration: 1_000_000,
    eval_duration: 3_000_000,
  },
  ...(answer.withUsage && { prompt_eval_count: answer.promptTokens, eval_count: answer.completionTokens }),
});

/** One JSON object a line; tool calls come whole. */
function* stream(answer: Answer): Generator<Piece> {
  const line = (message: object, characters: number): Piece => ({
    wire: `${JSON.stringify({ ...head(answer), message: { role: 'assistant', ...message }, done: false })}\n`,
    ...{ characters, kind: 'content' },
  });
  for (const thinking of chunksOf(answer.thinking, answer.chunkCharacters)) {
    yield line({ content: '', thinking }, thinking.length);
  }
  for (const content of chunksOf(answer.text, answer.chunkCharacters))
    yield line({ content }, content.length);
  if (answer.toolCalls.length > 0) {
    const characters = answer.toolCalls.reduce((sum, call) => sum + call.arguments.length, 0);
    yield line({ content: '', tool_calls: toolCallsOf(answer) }, characters);
  }
  const last = { ...head(answer), message: { role: 'assistant', content: '' }, ...ending(answer) };
  yield { wire: `${JSON.stringify(last)}\n`, characters: 0, kind: 'done' };
}
