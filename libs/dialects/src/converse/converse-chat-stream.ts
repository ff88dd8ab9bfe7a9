import type { ServiceTier, Usage } from '@tollgate/contracts';
import { ChatChunks } from '../codec/chat-answers.js';
import type { AnswerOptions, StreamDecoder } from '../codec/codec.js';
import { errorOfAwsException, isAwsException } from '../event-stream/aws-exception.js';
import { finishReasonOf } from '../finish-reason.js';
import { isObject, type Json } from '../json/json.js';
import { parseEvent } from '../sse/parse-event.js';
import type { SseEvent } from '../sse/sse-decoder.js';
import { BlockDeltas } from '../to-openai/block-deltas.js';
import { usageOfConverse } from '../usage/converse-usage.js';
import { serviceTierOf } from '../usage/service-tier.js';
import { ContentEvents } from './content-events.js';
import { tierOf } from './converse-to-chat.js';

/** Translates a Converse stream event by event; the usage comes after the model's own end. */
export class ConverseChatStream implements StreamDecoder {
  usage: Usage | null = null;
  rawUsage: unknown = null;
  serviceTier: ServiceTier | null = null;
  readonly responseId = null;
  started = false;
  finished = false;
  done = false;

  private readonly content = new ContentEvents();
  private readonly blocks = new BlockDeltas();
  private readonly chunks: ChatChunks;

  constructor(private readonly options: AnswerOptions) {
    this.chunks = new ChatChunks(options);
  }

  push(event: SseEvent): Json[] {
    const parsed = parseEvent(event);
    return parsed === null
      ? []
      : namedPayloads(event.event, parsed).flatMap(([name, payload]) => this.read(name, payload));
  }

  private read(name: string, payload: Json): Json[] {
    if (isAwsException(name)) throw errorOfAwsException(name, payload['message']);
    switch (name) {
      case 'messageStart':
        return this.start();
      case 'contentBlockStart':
        return [...this.start(), ...this.deltas(this.content.start(payload))];
      case 'contentBlockDelta':
        return [...this.start(), ...this.deltas(this.content.delta(payload))];
      case 'contentBlockStop':
        return this.deltas(this.content.stop(payload));
      case 'messageStop':
        return [...this.start(), ...this.end(payload['stopReason'])];
      case 'metadata':
        return this.learn(payload);
      default:
        return [];
    }
  }

  private start(): Json[] {
    if (this.started) return [];
    this.started = true;
    return [this.chunks.start()];
  }

  private deltas(events: readonly Json[]): Json[] {
    const deltas = events.flatMap((event) => this.blocks.push(event));
    const images = this.content.takeImages();
    if (images.length > 0) deltas.push({ images });
    return deltas.map((delta) => this.chunks.chunk(delta));
  }

  private end(stopReason: unknown): Json[] {
    if (this.finished) return [];
    const rest = this.deltas(this.content.stopAll());
    this.finished = true;
    const reason = finishReasonOf(stopReason);
    const finish = reason === 'tool_calls' && this.blocks.isJsonAnswer ? 'stop' : reason;
    // NOTE an InvokeModel stream may tell the usage before the end.
    this.done = this.usage !== null;
    return [...rest, ...this.chunks.end(finish, this.usage)];
  }

  private learn(payload: Json): Json[] {
    this.serviceTier = serviceTierOf(tierOf(payload)) ?? this.serviceTier;
    const usage = usageOfConverse(payload['usage']);
    if (usage === null) return [];
    this.usage = usage;
    this.rawUsage = payload['usage'];
    if (!this.finished || this.done) return [];
    this.done = true;
    return this.options.includeUsage ? [this.chunks.usage(usage)] : [];
  }
}

/** A binary event tells its name beside the payload; what an InvokeModel stream or a recording holds has it around the payload. */
function namedPayloads(name: string | null, payload: Json): (readonly [string, Json])[] {
  if (name !== null) return [[name, payload]];
  return Object.entries(payload).flatMap(([key, value]) => (isObject(value) ? [[key, value] as const] : []));
}
