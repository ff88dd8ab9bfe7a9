import type { AnswerOptions, BackOptions, StreamEncoder } from '../codec/codec.js';
import { textOf } from '../codec/first-choice.js';
import type { TranslatedRequest } from '../codec/translated-request.js';
import { isObject, listAt, objectAt, wordOf, type Json } from '../json/json.js';
import { Refusals } from '../refusals.js';
import { encodeSse } from '../sse/encode-sse.js';
import { DONE } from '../sse/parse-event.js';
import { completionLogprobsOf } from './logprobs.js';

/** What a model that only goes on with a text has no idea of. */
const WITHOUT_COUNTERPART = [
  ...['tools', 'tool_choice', 'functions', 'function_call', 'response_format', 'web_search_options'],
  ...['reasoning_effort', 'thinking', 'audio', 'modalities', 'prediction', 'verbosity'],
];

/**
 * A chat request as one for a completion: of a chat of one text, as how several are told apart is each model's own.
 * Throws `unsupported_parameter` for more.
 */
export function chatToCompletionRequest(
  request: Json,
  { model, dropParams }: BackOptions,
): TranslatedRequest {
  const refusals = new Refusals(dropParams, 'A model that completes texts');
  const { messages, logprobs, top_logprobs: top, max_completion_tokens: most, ...rest } = request;
  const body: Json = {};
  for (const [name, value] of Object.entries(rest)) {
    if (value === null || value === undefined) continue;
    if (WITHOUT_COUNTERPART.includes(name)) refusals.refuse(name);
    else body[name] = value;
  }
  return {
    body: {
      ...body,
      model,
      prompt: promptOf(messages),
      ...(typeof most === 'number' && { max_tokens: most }),
      ...(logprobs === true && { logprobs: typeof top === 'number' ? top : 0 }),
    },
    dropped: refusals.dropped,
  };
}

function promptOf(value: unknown): string {
  const messages = listAt(value, 'messages', 'request');
  const message = objectAt(messages[0], 'messages[0]', 'request');
  const { role, content } = message;
  const isPlain = typeof content === 'string' && (role === 'user' || role === 'system');
  if (messages.length === 1 && isPlain) return content;
  new Refusals(false, 'A model that completes texts').refuse('messages', 'more than one text');
  return '';
}

/** A chat completion as a completion. Only its text has a place in it, and what the model refused with. */
export function chatToCompletion(answer: Json, { model, created }: AnswerOptions): Json {
  const choices = listAt(answer['choices'], 'choices', 'answer').map((value, index) => {
    const choice = objectAt(value, `choices[${index}]`, 'answer');
    const message = objectAt(choice['message'] ?? {}, `choices[${index}].message`, 'answer');
    return completionChoice(choice, message, index, 0);
  });
  return { ...answer, object: 'text_completion', created, model, choices };
}

function completionChoice(choice: Json, said: Json, index: number, start: number): Json {
  const { finish_reason: finish = null } = choice;
  return {
    text: textOf(said['content']) + textOf(said['refusal']),
    index: choice['index'] ?? index,
    logprobs: completionLogprobsOf(choice['logprobs'], start),
    finish_reason: finish,
  };
}

/** Writes the chunks of a completion. */
export class CompletionEncoder implements StreamEncoder {
  /** Length of the text so far, by choice. */
  private readonly lengths = new Map<unknown, number>();

  constructor(private readonly options: AnswerOptions) {}

  push(chunk: Json): Uint8Array | null {
    const { model, created, includeUsage } = this.options;
    const choices = (Array.isArray(chunk['choices']) ? chunk['choices'] : [])
      .filter(isObject)
      .map((choice) => this.choiceOf(choice))
      .filter(({ text, finish_reason: finish }) => text !== '' || finish !== null);
    const hasUsage = includeUsage && isObject(chunk['usage']);
    if (choices.length === 0 && !hasUsage) return null;
    const { usage, ...head } = chunk;
    const told = hasUsage ? { usage } : {};
    return encodeSse(
      JSON.stringify({ ...head, object: 'text_completion', created, model, choices, ...told }),
    );
  }

  end(): Uint8Array {
    return encodeSse(DONE);
  }

  private choiceOf(choice: Json): Json {
    const index = choice['index'] ?? 0;
    const start = this.lengths.get(index) ?? 0;
    const delta = isObject(choice['delta']) ? choice['delta'] : {};
    const translated = completionChoice(choice, delta, 0, start);
    this.lengths.set(index, start + wordOf(translated['text']).length);
    return translated;
  }
}
