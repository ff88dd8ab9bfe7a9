import { chunksOf, type Answer } from './answer.js';
import type { DialectWriter, Piece } from './dialect.js';

const FILTERS = {
  hate: { filtered: false, severity: 'safe' },
  self_harm: { filtered: false, severity: 'safe' },
  sexual: { filtered: false, severity: 'safe' },
  violence: { filtered: false, severity: 'safe' },
};
const PROMPT_FILTERS = [{ prompt_index: 0, content_filter_results: FILTERS }];

const writer = (azure: boolean): DialectWriter => ({
  streamType: 'text/event-stream; charset=utf-8',
  idHeader: azure ? 'apim-request-id' : 'x-request-id',
  json: (answer) => completion(answer, azure),
  stream: (answer, withUsage) => stream(answer, withUsage, azure),
  error: (status, message) => ({
    error: {
      message,
      type: errorType(status),
      param: null,
      code: status === 429 ? 'rate_limit_exceeded' : null,
    },
  }),
  errorEvent: (message) =>
    `data: ${JSON.stringify({ error: { message, type: 'server_error', param: null, code: 'server_error' } })}\n\n`,
  malformed: 'data: {"id":"chatcmpl-lab","choices":[{"delta":{"content":"oo\n\n',
});

export const openAiDialect = writer(false);
export const azureDialect = writer(true);

function errorType(status: number): string {
  if (status === 429) return 'requests';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

const usageOf = (answer: Answer) => ({
  prompt_tokens: answer.promptTokens,
  completion_tokens: answer.completionTokens,
  total_tokens: answer.promptTokens + answer.completionTokens,
  prompt_tokens_details: { cached_tokens: answer.cachedTokens, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: Math.ceil(answer.thinking.length / 4),
    audio_tokens: 0,
  },
});

function completion(answer: Answer, azure: boolean): unknown {
  const calls = answer.toolCalls.map(({ id, name, arguments: text }) => ({
    ...{ id, type: 'function' },
    function: { name, arguments: text },
  }));
  const message = {
    role: 'assistant',
    content: answer.text === '' && calls.length > 0 ? null : answer.text,
    refusal: null,
    annotations: [],
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return {
    ...head(answer, 'chat.completion'),
    choices: [
      {
        ...{ index: 0, message, logprobs: null, finish_reason: answer.finish },
        ...(azure && { content_filter_results: FILTERS }),
      },
    ],
    ...(answer.withUsage && { usage: usageOf(answer) }),
    ...(azure && { prompt_filter_results: PROMPT_FILTERS }),
  };
}

const head = ({ id, created, model }: Answer, object: string) => ({
  ...{ id: `chatcmpl-${id}`, object, created, model },
  system_fingerprint: 'fp_lab',
});

/** Role, content by chunks, tool calls by fragments, the reason of the finish, usage when asked for, `[DONE]`. */
function* stream(answer: Answer, withUsage: boolean, azure: boolean): Generator<Piece> {
  const start = `data: ${JSON.stringify(head(answer, 'chat.completion.chunk')).slice(0, -1)},"choices":`;
  const usage = withUsage && answer.withUsage;
  const end = usage ? ',"usage":null}\n\n' : '}\n\n';
  const event = (delta: string, characters: number): Piece => ({
    wire: `${start}[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":null}]${end}`,
    ...{ characters, kind: 'content' },
  });
  if (azure) yield { ...filterEvent(), characters: 0, kind: 'content' };
  // What OpenAI's models think is not shown, but it counts.
  yield event('{"role":"assistant","content":"","refusal":null}', answer.thinking.length);
  for (const text of chunksOf(answer.text, answer.chunkCharacters)) {
    yield event(`{"content":${JSON.stringify(text)}}`, text.length);
  }
  yield* toolEvents(answer, event);
  const finish = `[{"index":0,"delta":{},"logprobs":null,"finish_reason":"${answer.finish}"}]`;
  yield { wire: start + finish + end, characters: 0, kind: 'finish' };
  if (usage) {
    const wire = `${start}[],"usage":${JSON.stringify(usageOf(answer))}}\n\n`;
    yield { wire, characters: 0, kind: 'finish' };
  }
  yield { wire: 'data: [DONE]\n\n', characters: 0, kind: 'done' };
}

function* toolEvents(answer: Answer, event: (delta: string, characters: number) => Piece): Generator<Piece> {
  for (const [index, call] of answer.toolCalls.entries()) {
    const named = { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
    yield event(JSON.stringify({ tool_calls: [named] }), 0);
    for (const part of chunksOf(call.arguments, answer.chunkCharacters)) {
      yield event(JSON.stringify({ tool_calls: [{ index, function: { arguments: part } }] }), part.length);
    }
  }
}

/** Azure judges the prompt in an event without choices, before everything else. */
function filterEvent(): { wire: string } {
  const empty = {
    choices: [],
    created: 0,
    id: '',
    model: '',
    object: '',
    prompt_filter_results: PROMPT_FILTERS,
  };
  return { wire: `data: ${JSON.stringify(empty)}\n\n` };
}
