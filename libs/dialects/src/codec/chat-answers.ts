import type { Usage } from '@tollgate/contracts';
import { present } from '../json/present.js';
import type { Json } from '../json/json.js';
import { chatUsageOf } from '../usage/chat-usage.js';
import type { AnswerOptions } from './codec.js';

export interface ChatAnswer {
  /** The provider's own id of the answer. */
  readonly id: string | null;
  readonly message: Json;
  readonly finishReason: string;
  readonly usage: Usage | null;
  /** In OpenAI's form. */
  readonly logprobs?: Json | null;
}

/** A chat completion of one choice. */
export const chatCompletion = (answer: ChatAnswer, { model, created }: AnswerOptions): Json => ({
  id: answer.id ?? '',
  object: 'chat.completion',
  created,
  model,
  choices: [
    {
      index: 0,
      message: { role: 'assistant', ...answer.message },
      logprobs: answer.logprobs ?? null,
      finish_reason: answer.finishReason,
    },
  ],
  ...present({ usage: answer.usage === null ? undefined : chatUsageOf(answer.usage) }),
});

/** Makes the chunks of one streamed answer. */
export class ChatChunks {
  /** The provider's own id of the answer, once told. */
  id: string | null = null;

  constructor(private readonly options: AnswerOptions) {}

  /** The first chunk of an answer, or of one of several. */
  start(index = 0): Json {
    return this.chunk({ role: 'assistant', content: '' }, null, null, index);
  }

  chunk(delta: Json, finishReason: string | null = null, logprobs: Json | null = null, index = 0): Json {
    const choice = { index, delta, logprobs, finish_reason: finishReason };
    return { ...this.head(), choices: [choice] };
  }

  /** The last chunks: the one with the finish reason and, where the caller wants it, the usage. */
  end(finishReason: string, usage: Usage | null): Json[] {
    const last = this.chunk({}, finishReason);
    if (!this.options.includeUsage || usage === null) return [last];
    return [last, this.usage(usage)];
  }

  /** The chunk with the usage alone. */
  usage(usage: Usage): Json {
    return { ...this.head(), choices: [], usage: chatUsageOf(usage) };
  }

  private head(): Json {
    const { created, model } = this.options;
    return { id: this.id ?? '', object: 'chat.completion.chunk', created, model };
  }
}
