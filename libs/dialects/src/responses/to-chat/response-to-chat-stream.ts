import type { ServiceTier, Usage } from '@tollgate/contracts';
import { ChatChunks } from '../../codec/chat-answers.js';
import type { AnswerOptions, StreamDecoder } from '../../codec/codec.js';
import { isObject, type Json } from '../../json/json.js';
import { parseEvent } from '../../sse/parse-event.js';
import type { SseEvent } from '../../sse/sse-decoder.js';
import { errorOfResponse } from '../response-error.js';
import { ItemDeltas } from './item-deltas.js';
import { finishReasonOf } from './output-items.js';
import { factsOfResponse } from './response-to-chat.js';

/**
 * Translates a stream of OpenAI's Responses event by event. Events that we do not know, and those of the provider's own tools,
 * say nothing. `push` throws the provider's error where an event is one.
 */
export class ResponseToChatStream implements StreamDecoder {
  usage: Usage | null = null;
  rawUsage: unknown = null;
  serviceTier: ServiceTier | null = null;
  started = false;
  finished = false;
  private readonly items = new ItemDeltas();
  private readonly chunks: ChatChunks;

  constructor(options: AnswerOptions) {
    this.chunks = new ChatChunks(options);
  }

  /** The response's end is its last event: a `[DONE]`, which some servers send after it, says nothing more. */
  get done(): boolean {
    return this.finished;
  }

  get responseId(): string | null {
    return this.chunks.id;
  }

  push(event: SseEvent): Json[] {
    const payload = parseEvent(event);
    if (payload === null || this.finished) return [];
    const response = isObject(payload['response']) ? payload['response'] : null;
    if (response !== null) this.learn(response);
    const error = errorOfResponse(payload);
    if (error !== null) throw error;
    const first = this.started ? [] : [this.chunks.start()];
    this.started = true;
    const isEnd = payload['type'] === 'response.completed' || payload['type'] === 'response.incomplete';
    return [...first, ...(isEnd ? this.end(response ?? {}) : this.chunksOf(this.items.push(payload)))];
  }

  private learn(response: Json): void {
    const facts = factsOfResponse(response);
    this.chunks.id ??= facts.responseId;
    if (response['service_tier'] !== undefined) this.serviceTier = facts.serviceTier;
    if (facts.usage === null) return;
    this.usage = facts.usage;
    this.rawUsage = facts.rawUsage;
  }

  private end(response: Json): Json[] {
    this.finished = true;
    const rest = this.chunksOf(this.items.end(response['output']));
    const reason = finishReasonOf(response, this.items.hasCalls);
    const [last, ...usage] = this.chunks.end(reason, this.usage);
    const tier = response['service_tier'];
    return [...rest, { ...last, ...(typeof tier === 'string' && { service_tier: tier }) }, ...usage];
  }

  private chunksOf(deltas: readonly Json[]): Json[] {
    return deltas.map(({ logprobs, ...delta }) =>
      this.chunks.chunk(delta, null, isObject(logprobs) ? logprobs : null),
    );
  }
}
