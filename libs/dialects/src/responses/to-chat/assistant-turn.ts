import type { Json } from '../../json/json.js';
import { PART_SEPARATOR } from '../reasoning.js';

/**
 * Gathers the model's own items to one chat message: a chat wants the results of tools right after the message that calls them.
 * A message that another one follows, without a call between them, stays one of its own.
 */
export class AssistantTurn {
  private content: string | Json[] | null = null;
  private thinking: Json[] = [];
  private calls: Json[] = [];

  constructor(private readonly messages: Json[]) {}

  addContent(content: string | Json[]): void {
    if (this.content !== null && this.calls.length === 0) this.end();
    this.content = this.content === null ? content : [...partsOf(this.content), ...partsOf(content)];
  }

  addThinking(block: Json | null): void {
    if (this.content !== null && this.calls.length === 0) this.end();
    if (block !== null) this.thinking.push(block);
  }

  addCall(call: Json): void {
    this.calls.push(call);
  }

  /** Writes the message; nothing where there is none. */
  end(): void {
    const { content, thinking, calls } = this;
    if (content === null && thinking.length === 0 && calls.length === 0) return;
    const texts = thinking.map((block) => block['thinking']).filter((text) => typeof text === 'string');
    const reasoning = texts.filter((text) => text !== '').join(PART_SEPARATOR);
    this.messages.push({
      role: 'assistant',
      content,
      ...(reasoning !== '' && { reasoning_content: reasoning }),
      ...(thinking.length > 0 && { thinking_blocks: thinking }),
      ...(calls.length > 0 && { tool_calls: calls }),
    });
    this.content = null;
    this.thinking = [];
    this.calls = [];
  }
}

const partsOf = (content: string | Json[]): Json[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;
