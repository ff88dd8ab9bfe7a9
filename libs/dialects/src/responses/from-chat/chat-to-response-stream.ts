import type { Usage } from '@tollgate/contracts';
import type { AnswerOptions, StreamEncoder } from '../../codec/codec.js';
import { textOf } from '../../codec/first-choice.js';
import { ToolCallDeltas } from '../../codec/tool-call-deltas.js';
import { isObject, type Json } from '../../json/json.js';
import { encodeSse } from '../../sse/encode-sse.js';
import { reasoningOf } from '../../to-anthropic/chat-to-message.js';
import { usageOfChat } from '../../usage/chat-usage.js';
import { responseUsageOf } from '../../usage/response-usage.js';
import { textAnnotationsOf } from '../citations.js';
import { newResponseId } from '../own-ids.js';
import { logprobsOf } from './chat-to-response.js';
import type { Emit } from './emit.js';
import { emptyResponse, endOf } from './response-object.js';
import { StreamedOutput } from './streamed-output.js';

/**
 * Translates a chat stream chunk by chunk (its first choice) to the events of a streamed response, numbered from 0 without a gap.
 * The response's end waits for `end`, as usage comes after the finish reason.
 */
export class ChatToResponseStream implements StreamEncoder {
  private readonly head: Json;
  private readonly output: StreamedOutput;
  private readonly calls = new ToolCallDeltas();
  private events: Uint8Array[] = [];
  private sequence = 0;
  private finishReason: unknown = null;
  private usage: Usage | null = null;
  private serviceTier: unknown = 'default';

  constructor(options: AnswerOptions) {
    const id = newResponseId();
    this.head = emptyResponse({ ...options, id });
    const emit: Emit = (type, fields) => {
      this.emit(type, fields);
    };
    this.output = new StreamedOutput(emit, id, options.request);
  }

  push(chunk: Json): Uint8Array | null {
    this.start();
    this.usage = usageOfChat(chunk['usage']) ?? this.usage;
    this.serviceTier = chunk['service_tier'] ?? this.serviceTier;
    const choices: readonly unknown[] = Array.isArray(chunk['choices']) ? chunk['choices'] : [];
    const choice = choices.filter(isObject).find(({ index }) => (index ?? 0) === 0);
    if (choice !== undefined) this.translate(choice);
    return this.taken();
  }

  end(): Uint8Array | null {
    this.start();
    this.calls.end();
    const end = endOf(this.finishReason);
    const { status } = end;
    this.output.end(String(status));
    const response = {
      ...this.head,
      ...end,
      output: this.output.items,
      service_tier: this.serviceTier,
      usage: this.usage === null ? null : responseUsageOf(this.usage),
    };
    this.emit(`response.${String(status)}`, { response });
    return this.taken();
  }

  private start(): void {
    if (this.sequence > 0) return;
    this.emit('response.created', { response: this.head });
    this.emit('response.in_progress', { response: this.head });
  }

  private translate(choice: Json): void {
    const delta = isObject(choice['delta']) ? choice['delta'] : {};
    this.think(delta);
    const text = textOf(delta['content']);
    if (text !== '') this.output.text(text, logprobsOf(choice['logprobs']));
    const { refusal } = delta;
    if (typeof refusal === 'string' && refusal !== '') this.output.refusal(refusal);
    const annotations = textAnnotationsOf(delta['annotations']);
    if (annotations.length > 0) this.output.annotate(annotations);
    for (const call of this.calls.push(delta['tool_calls'])) this.output.call(call);
    for (const image of Array.isArray(delta['images']) ? delta['images'] : []) this.output.image(image);
    const reason = choice['finish_reason'];
    if (typeof reason !== 'string' || reason === '') return;
    this.finishReason = reason;
    // The items are whole; only the usage may still come.
    this.output.end(String(endOf(reason)['status']));
  }

  /** The blocks say what belongs to which signature; where there are none, the text is all there is. */
  private think(delta: Json): void {
    const blocks = Array.isArray(delta['thinking_blocks']) ? delta['thinking_blocks'].filter(isObject) : [];
    const texts = blocks.map(({ thinking }) => thinking).filter((text) => typeof text === 'string');
    const reasoning = texts.join('') === '' ? reasoningOf(delta) : undefined;
    if (reasoning !== undefined) this.output.think(reasoning);
    for (const block of blocks) {
      const { type, thinking, signature } = block;
      if (typeof thinking === 'string' && thinking !== '') this.output.think(thinking);
      const isSigned = typeof signature === 'string' && signature !== '';
      if (isSigned || type === 'redacted_thinking') this.output.endThinking(block);
    }
  }

  private emit(type: string, fields: Json): void {
    const event = { type, ...fields, sequence_number: this.sequence };
    this.sequence += 1;
    this.events.push(encodeSse(JSON.stringify(event), type));
  }

  private taken(): Uint8Array | null {
    const { events } = this;
    if (events.length === 0) return null;
    this.events = [];
    return Buffer.concat(events);
  }
}
