import type { StreamEncoder } from '../codec/codec.js';
import { ToolCallDeltas, type ToolCallDelta } from '../codec/tool-call-deltas.js';
import { isObject, type Json } from '../json/json.js';
import { encodeSse } from '../sse/encode-sse.js';
import { DONE } from '../sse/parse-event.js';
import { reasoningOf } from '../to-anthropic/chat-to-message.js';
import { cohereUsageOf } from './chat-to-cohere-answer.js';
import { citationsOf } from './citations.js';
import { cohereReasonOf } from './finish-words.js';
import { cohereLogprobs } from './logprobs.js';

type Kind = 'text' | 'thinking';

/** Writes Cohere's stream. Content parts follow each other; a tool call is open until the next one or the end. */
export class CohereEncoder implements StreamEncoder {
  private isStarted = false;
  private readonly tools = new ToolCallDeltas();
  private openCall: number | null = null;
  private openContent: Kind | null = null;
  private contents = 0;
  private citations = 0;
  private text = '';
  private finishReason: unknown = null;
  private usage: unknown = null;

  push(chunk: Json): Uint8Array | null {
    const events = this.isStarted ? [] : [this.start(chunk)];
    if (isObject(chunk['usage'])) this.usage = chunk['usage'];
    const choices: readonly unknown[] = Array.isArray(chunk['choices']) ? chunk['choices'] : [];
    const choice = choices.find((each) => isObject(each) && (each['index'] ?? 0) === 0);
    if (isObject(choice)) events.push(...this.choice(choice));
    return encoded(events);
  }

  end(): Uint8Array | null {
    this.tools.end();
    const reason = this.tools.calls.length > 0 ? 'TOOL_CALL' : cohereReasonOf(this.finishReason);
    const delta = { finish_reason: reason, usage: cohereUsageOf(this.usage) };
    const events = [
      ...(this.isStarted ? [] : [this.start({})]),
      ...this.closeContent(),
      ...this.closeCall(),
      { type: 'message-end', delta },
    ];
    return Buffer.concat([encoded(events) ?? Buffer.alloc(0), encodeSse(DONE)]);
  }

  private start(chunk: Json): Json {
    this.isStarted = true;
    const message = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] };
    return { id: chunk['id'] ?? '', type: 'message-start', delta: { message } };
  }

  private choice(choice: Json): Json[] {
    const delta = isObject(choice['delta']) ? choice['delta'] : {};
    this.finishReason = choice['finish_reason'] ?? this.finishReason;
    const events = this.content('thinking', reasoningOf(delta), []);
    const logprobs = cohereLogprobs(choice['logprobs']);
    for (const text of [delta['content'], delta['refusal']])
      events.push(...this.content('text', typeof text === 'string' ? text : undefined, logprobs));
    const citations = citationsOf(delta, this.text).flatMap((citation) => this.citation(citation));
    const calls = this.tools.push(delta['tool_calls']).flatMap((call) => this.toolCall(call));
    return [...events, ...citations, ...calls];
  }

  private content(kind: Kind, text: string | undefined, logprobs: readonly Json[]): Json[] {
    if (text === undefined || text === '') return [];
    const events = this.openContent === kind ? [] : [...this.closeContent(), this.openAs(kind)];
    if (kind === 'text') this.text += text;
    const delta = { message: { content: { [kind]: text } } };
    const told = logprobs[0] === undefined ? {} : { logprobs: logprobs[0] };
    return [...events, { type: 'content-delta', index: this.contents, delta, ...told }];
  }

  private openAs(kind: Kind): Json {
    this.openContent = kind;
    const delta = { message: { content: { type: kind, [kind]: '' } } };
    return { type: 'content-start', index: this.contents, delta };
  }

  private closeContent(): Json[] {
    if (this.openContent === null) return [];
    this.openContent = null;
    const index = this.contents;
    this.contents += 1;
    return [{ type: 'content-end', index }];
  }

  private citation(citation: Json): Json[] {
    const index = this.citations;
    this.citations += 1;
    const delta = { message: { citations: citation } };
    return [
      { type: 'citation-start', index, delta },
      { type: 'citation-end', index },
    ];
  }

  private toolCall({ call, isFirst, fragment }: ToolCallDelta): Json[] {
    const index = call.place;
    const events: Json[] = [];
    if (isFirst) {
      events.push(...this.closeContent(), ...this.closeCall());
      this.openCall = index;
      const start = { id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
      events.push({ type: 'tool-call-start', index, delta: { message: { tool_calls: start } } });
    }
    if (fragment === '') return events;
    const delta = { message: { tool_calls: { function: { arguments: fragment } } } };
    return [...events, { type: 'tool-call-delta', index, delta }];
  }

  private closeCall(): Json[] {
    if (this.openCall === null) return [];
    const index = this.openCall;
    this.openCall = null;
    return [{ type: 'tool-call-end', index }];
  }
}

/** Each of Cohere's events is named by its type. */
const encoded = (events: readonly Json[]): Uint8Array | null =>
  events.length === 0
    ? null
    : Buffer.concat(events.map((event) => encodeSse(JSON.stringify(event), String(event['type']))));
