import type { Json } from '../../json/json.js';
import { callItem, type Call } from './response-items.js';
import { textOfCall } from './chat-to-response.js';
import type { Emit } from './emit.js';

/** The events of a tool call's item. */
export class StreamedCall {
  private text = '';

  constructor(
    private readonly emit: Emit,
    private readonly id: string,
    private readonly place: number,
    private readonly call: Omit<Call, 'text'>,
  ) {
    const item = callItem(id, { ...call, text: '' }, 'in_progress');
    emit('response.output_item.added', { output_index: place, item });
  }

  append(delta: string): void {
    if (delta === '') return;
    this.text += delta;
    this.emit(`${this.prefix}.delta`, { ...this.at(), delta });
  }

  /** The whole item. */
  close(status: string): Json {
    const text = textOfCall(this.text, this.call.isCustom);
    if (this.text === '') this.append(text);
    const whole = this.call.isCustom ? { input: text } : { arguments: text };
    this.emit(`${this.prefix}.done`, { ...this.at(), ...whole });
    const item = callItem(this.id, { ...this.call, text }, status);
    this.emit('response.output_item.done', { output_index: this.place, item });
    return item;
  }

  private get prefix(): string {
    return this.call.isCustom ? 'response.custom_tool_call_input' : 'response.function_call_arguments';
  }

  private at(): Json {
    return { item_id: this.id, output_index: this.place };
  }
}
