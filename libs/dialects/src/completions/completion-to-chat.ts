import type { ServiceTier, Usage } from '@tollgate/contracts';
import type { AnswerOptions, FrontOptions, StreamDecoder } from '../codec/codec.js';
import { ChatStreamDecoder } from '../codec/openai-chat.js';
import { isObject, listAt, objectAt, optionalNumber, stringAt, wrongType, type Json } from '../json/json.js';
import { Refusals } from '../refusals.js';
import type { SseEvent } from '../sse/sse-decoder.js';
import { chatLogprobsOf } from './logprobs.js';

/** Fields without a counterpart in a chat, each with the test of a value that asks for nothing. */
const WITHOUT_COUNTERPART: Readonly<Record<string, (value: unknown) => boolean>> = {
  suffix: (value) => value === '',
  echo: (value) => value === false,
  best_of: (value) => value === 1,
};

/**
 * A request for a completion as a chat request: the prompt is what the user says. Unknown fields travel on.
 * Throws `invalid_request` naming a field of the wrong shape, `unsupported_parameter` for what a chat has no place for.
 */
export function completionToChat(request: Json, { model, dropParams }: FrontOptions): Json {
  const refusals = new Refusals(dropParams, 'A model behind chat completions');
  const { prompt, logprobs, model: named, ...rest } = request;
  const body: Json = {};
  for (const [name, value] of Object.entries(rest)) {
    if (value === null || value === undefined) continue;
    const asksNothing = Object.hasOwn(WITHOUT_COUNTERPART, name) ? WITHOUT_COUNTERPART[name] : undefined;
    if (asksNothing === undefined) body[name] = value;
    else if (!asksNothing(value)) refusals.refuse(name);
  }
  const top = optionalNumber(logprobs, 'logprobs', 'request');
  return {
    ...body,
    model: typeof named === 'string' ? named : model,
    messages: [{ role: 'user', content: promptOf(prompt) }],
    ...(top !== undefined && { logprobs: true, ...(top > 0 && { top_logprobs: top }) }),
  };
}

/** A prompt cannot be left out, whatever may be dropped. */
function promptOf(prompt: unknown): string {
  const only: unknown = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt;
  if (typeof only === 'string') return only;
  if (!Array.isArray(only)) throw wrongType('request', 'prompt', 'a string');
  const what = only.every((each) => typeof each === 'string') ? 'several prompts at once' : 'tokens';
  new Refusals(false, 'A model behind chat completions').refuse('prompt', what);
  return '';
}

/** A completion as a chat completion. Throws `upstream_invalid_response` naming a field of the wrong shape. */
export function completionToChatAnswer(answer: Json, { model, created }: AnswerOptions): Json {
  const choices = listAt(answer['choices'], 'choices', 'answer').map((value, index) => {
    const choice = objectAt(value, `choices[${index}]`, 'answer');
    const content = stringAt(choice['text'], `choices[${index}].text`, 'answer');
    return {
      index: choice['index'] ?? index,
      message: { role: 'assistant', content, refusal: null },
      logprobs: chatLogprobsOf(choice['logprobs']),
      finish_reason: choice['finish_reason'] ?? 'stop',
    };
  });
  return { ...answer, object: 'chat.completion', created, model, choices };
}

/** Translates a stream of completion chunks to chat chunks. */
export class CompletionStreamDecoder implements StreamDecoder {
  private readonly chunks = new ChatStreamDecoder();
  private readonly begun = new Set<unknown>();

  constructor(private readonly options: AnswerOptions) {}

  get usage(): Usage | null {
    return this.chunks.usage;
  }

  get rawUsage(): unknown {
    return this.chunks.rawUsage;
  }

  get serviceTier(): ServiceTier | null {
    return this.chunks.serviceTier;
  }

  get responseId(): string | null {
    return this.chunks.responseId;
  }

  get started(): boolean {
    return this.chunks.started;
  }

  get finished(): boolean {
    return this.chunks.finished;
  }

  get done(): boolean {
    return this.chunks.done;
  }

  push(event: SseEvent): Json[] {
    const { created, model } = this.options;
    return this.chunks.push(event).map((chunk) => {
      const choices = Array.isArray(chunk['choices']) ? chunk['choices'].filter(isObject) : [];
      return {
        ...chunk,
        ...{ object: 'chat.completion.chunk', created, model },
        choices: choices.map((choice) => this.choiceOf(choice)),
      };
    });
  }

  private choiceOf({ index = 0, text, logprobs, finish_reason: finish }: Json): Json {
    const role = this.begun.has(index) ? {} : { role: 'assistant' };
    this.begun.add(index);
    return {
      index,
      delta: { ...role, ...(typeof text === 'string' && text !== '' && { content: text }) },
      logprobs: chatLogprobsOf(logprobs),
      finish_reason: typeof finish === 'string' && finish !== '' ? finish : null,
    };
  }
}
