import { GatewayError, NO_USAGE, type Usage } from '@tollgate/contracts';
import { stopReasonOf } from '../finish-reason.js';
import { isObject, objectAt, type Json } from '../json/json.js';
import { DONE, parseEvent } from '../sse/parse-event.js';
import type { SseEvent } from '../sse/sse-decoder.js';
import { errorOfChatChunk } from '../upstream-error.js';
import { usageOfChat } from '../usage/chat-usage.js';
import { messageUsageOf } from '../usage/message-usage.js';
import { ContentBlocks } from './content-blocks.js';

/**
 * Translates an OpenAI chat stream chunk by chunk (its first choice). `push` gives Anthropic's stream events, whose `type` is
 * also the SSE event's name. The last two wait for `[DONE]`, as usage comes after the finish reason; for a provider
 * that sends none, `end` gives them. `push` throws the provider's error where a chunk is one.
 */
export class ChatToMessageStream {
  private readonly blocks = new ContentBlocks();
  private finishReason: string | null = null;
  private rawUsageTold: Json | null = null;
  private isStarted = false;
  private isFinished = false;

  /** @param model what the caller sees; absent: what the chunks say. */
  constructor(private readonly model?: string) {}

  /** True after `message_stop`. */
  get finished(): boolean {
    return this.isFinished;
  }

  /** What the provider told; null before it did. */
  get usage(): Usage | null {
    return usageOfChat(this.rawUsageTold);
  }

  get rawUsage(): Json | null {
    return this.rawUsageTold;
  }

  push(event: SseEvent): Json[] {
    if (event.data === DONE) return this.endWhole();
    const chunk = parseEvent(event);
    return chunk === null ? [] : this.pushChunk(chunk);
  }

  /** The same for a chunk that is parsed already. */
  pushChunk(chunk: Json): Json[] {
    if (this.isFinished) return [];
    const error = errorOfChatChunk(chunk);
    if (error !== null) throw error;
    this.learnUsage(chunk);
    const choices: readonly unknown[] = Array.isArray(chunk['choices']) ? chunk['choices'] : [];
    const choice = choices.find((each) => isObject(each) && (each['index'] ?? 0) === 0);
    if (choice === undefined) return [];
    return [...this.start(chunk), ...this.translate(objectAt(choice, 'choices[0]', 'answer'))];
  }

  /** The end of a stream that is whole by its own word. NOTE Snowflake never tells a reason; its `[DONE]` says it all. */
  endWhole(): Json[] {
    this.finishReason ??= 'stop';
    return this.end();
  }

  /**
   * The end of a stream that has no `[DONE]`. Nothing when it came already.
   * Throws `upstream_stream_broken` when no finish reason was seen.
   */
  end(): Json[] {
    if (this.isFinished) return [];
    if (this.finishReason === null || !this.isStarted) {
      throw new GatewayError('upstream_stream_broken', 'The stream ended without a finish reason');
    }
    this.isFinished = true;
    const delta = {
      type: 'message_delta',
      delta: { stop_reason: this.stopReason(), stop_sequence: null },
      usage: messageUsageOf(this.usage ?? NO_USAGE),
    };
    return [...this.blocks.end(), delta, { type: 'message_stop' }];
  }

  private stopReason(): string {
    // NOTE some compatible servers end tool calls with `stop`; Anthropic's clients would not run the tools.
    return this.blocks.hasTools && this.finishReason === 'stop'
      ? 'tool_use'
      : stopReasonOf(this.finishReason);
  }

  private learnUsage(chunk: Json): void {
    const usage = chunk['usage'] ?? (isObject(chunk['x_groq']) ? chunk['x_groq']['usage'] : undefined);
    if (isObject(usage)) this.rawUsageTold = usage;
  }

  private start(chunk: Json): Json[] {
    if (this.isStarted) return [];
    this.isStarted = true;
    const message = {
      id: typeof chunk['id'] === 'string' ? chunk['id'] : '',
      type: 'message',
      role: 'assistant',
      model: this.model ?? (typeof chunk['model'] === 'string' ? chunk['model'] : ''),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: messageUsageOf(this.usage ?? NO_USAGE),
    };
    return [{ type: 'message_start', message }];
  }

  private translate(choice: Json): Json[] {
    const events = isObject(choice['delta']) ? this.blocks.push(choice['delta']) : [];
    const reason = choice['finish_reason'];
    if (typeof reason === 'string' && reason !== '') this.finishReason = reason;
    return events;
  }
}
