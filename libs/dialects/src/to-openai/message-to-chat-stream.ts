import { GatewayError, type ServiceTier, type Usage } from '@tollgate/contracts';
import type { StreamDecoder } from '../codec/codec.js';
import { finishReasonOf } from '../finish-reason.js';
import { isObject, objectAt, type Json } from '../json/json.js';
import { parseEvent } from '../sse/parse-event.js';
import type { SseEvent } from '../sse/sse-decoder.js';
import { errorOfMessageEvent } from '../upstream-error.js';
import { chatUsageOf } from '../usage/chat-usage.js';
import { messageTierOf, usageOfMessage } from '../usage/message-usage.js';
import { BlockDeltas } from './block-deltas.js';
import { serviceTierOf, type MessageToChatOptions } from './message-to-chat.js';

export interface MessageToChatStreamOptions extends MessageToChatOptions {
  /** End with the chunk that carries usage and no choices. */
  readonly includeUsage: boolean;
}

/**
 * Translates an Anthropic stream event by event. `push` gives the chat.completion.chunk objects of one event (often none);
 * the one with the finish reason comes with `message_stop`. The caller writes `[DONE]` when `finished`.
 * `push` throws the provider's error where an event is one, `upstream_invalid_response` where it cannot be read.
 */
export class MessageToChatStream implements StreamDecoder {
  private readonly blocks = new BlockDeltas();
  private id: string | null = null;
  private stopReason: unknown = null;
  private told: Json | null = null;
  private isFinished = false;
  private isStarted = false;

  constructor(private readonly options: MessageToChatStreamOptions) {}

  /** True after `message_stop`: a stream that ends before is truncated. */
  get finished(): boolean {
    return this.isFinished;
  }

  get started(): boolean {
    return this.isStarted;
  }

  get done(): boolean {
    return this.isFinished;
  }

  get serviceTier(): ServiceTier | null {
    return messageTierOf(this.told);
  }

  /** The provider's own id of the answer, once told. */
  get responseId(): string | null {
    return this.id;
  }

  /** What is known so far; null before any was told. */
  get usage(): Usage | null {
    return usageOfMessage(this.told);
  }

  /** The provider's usage fields, merged over the events; null before any was told. */
  get rawUsage(): Json | null {
    return this.told;
  }

  push(event: SseEvent): Json[] {
    const payload = parseEvent(event);
    if (payload === null || this.isFinished) return [];
    switch (payload['type']) {
      case 'message_start':
        return this.start(objectAt(payload['message'], 'message', 'answer'));
      case 'content_block_start':
      case 'content_block_delta':
      case 'content_block_stop':
        return this.blocks.push(payload).map((delta) => this.chunk(delta));
      case 'message_delta':
        this.learnEnd(payload);
        return [];
      case 'message_stop':
        return this.end();
      case 'error':
        throw errorOfMessageEvent(payload);
      default:
        return [];
    }
  }

  private start(message: Json): Json[] {
    // A repeated start would repeat the role, which clients concatenate.
    if (this.isStarted) return [];
    this.isStarted = true;
    this.id = typeof message['id'] === 'string' ? message['id'] : null;
    this.merge(message['usage']);
    return [this.chunk({ role: 'assistant', content: '', refusal: null })];
  }

  private learnEnd(payload: Json): void {
    const delta = isObject(payload['delta']) ? payload['delta'] : {};
    this.stopReason = delta['stop_reason'] ?? this.stopReason;
    this.merge(payload['usage']);
  }

  /** Later events tell totals, not differences; what they leave out or null stays. */
  private merge(usage: unknown): void {
    if (!isObject(usage)) return;
    const told = Object.entries(usage).filter(([, value]) => value !== null);
    this.told = { ...this.told, ...Object.fromEntries(told) };
  }

  private end(): Json[] {
    if (!this.isStarted)
      throw new GatewayError('upstream_invalid_response', 'The stream ended before it started');
    this.isFinished = true;
    const reason = finishReasonOf(this.stopReason);
    const finish = reason === 'tool_calls' && this.blocks.isJsonAnswer ? 'stop' : reason;
    const { usage } = this;
    const chunks = [{ ...this.chunk({}, finish), ...serviceTierOf(this.told) }];
    if (this.options.includeUsage && usage !== null) {
      chunks.push({ ...this.head(), choices: [], usage: chatUsageOf(usage) });
    }
    return chunks;
  }

  private chunk(delta: Json, finish: string | null = null): Json {
    return { ...this.head(), choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] };
  }

  private head(): Json {
    const { id = this.id ?? '', created, model } = this.options;
    return { id, object: 'chat.completion.chunk', created, model };
  }
}
