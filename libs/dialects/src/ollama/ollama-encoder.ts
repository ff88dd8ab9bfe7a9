import type { AnswerOptions, StreamEncoder } from '../codec/codec.js';
import { ToolCallDeltas } from '../codec/tool-call-deltas.js';
import { isObject, type Json } from '../json/json.js';
import { encodeNdjson } from '../ndjson/ndjson-decoder.js';
import { reasoningOf } from '../to-anthropic/chat-to-message.js';
import { bodyOf, endOf, headOf, ollamaCall, type Endpoint, type Parts } from './chat-to-ollama-answer.js';

/** Writes Ollama's stream: a line for each delta, tool calls when they are whole, and the totals at the end. */
export class OllamaEncoder implements StreamEncoder {
  private readonly tools = new ToolCallDeltas();
  private finishReason: unknown = null;
  private usage: unknown = null;

  constructor(
    private readonly options: AnswerOptions,
    private readonly endpoint: Endpoint,
  ) {}

  push(chunk: Json): Uint8Array | null {
    if (isObject(chunk['usage'])) this.usage = chunk['usage'];
    const choices: readonly unknown[] = Array.isArray(chunk['choices']) ? chunk['choices'] : [];
    const choice = choices.find((each) => isObject(each) && (each['index'] ?? 0) === 0);
    if (!isObject(choice)) return null;
    this.finishReason = choice['finish_reason'] ?? this.finishReason;
    const delta = isObject(choice['delta']) ? choice['delta'] : {};
    this.tools.push(delta['tool_calls']);
    const thinking = reasoningOf(delta);
    const text = [delta['content'], delta['refusal']].filter((part) => typeof part === 'string').join('');
    return text === '' && thinking === undefined ? null : this.line({ text, thinking });
  }

  end(): Uint8Array | null {
    const calls = this.tools.end().map(({ id, name, json }) => ollamaCall(id, name, json));
    const before = calls.length > 0 ? [this.line({ text: '', calls })] : [];
    const last = {
      ...headOf(this.options),
      ...bodyOf({ text: '' }, this.endpoint),
      ...endOf(this.finishReason, this.usage),
    };
    return Buffer.concat([...before, encodeNdjson(last)]);
  }

  private line(parts: Parts): Buffer {
    return encodeNdjson({ ...headOf(this.options), ...bodyOf(parts, this.endpoint), done: false });
  }
}
