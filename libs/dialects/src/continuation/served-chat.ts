import type { PartialAnswer } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import { PlainText, type ServedAnswer, type ServedText } from './served-answer.js';

/** Fields of a delta that tell the model's thoughts. */
export const THINKING_FIELD = /^(?:reasoning|thinking)/;

/** Follows a stream of chat completion chunks. */
export class ServedChat implements ServedText {
  private readonly text: PlainText;
  private responseId: string | null;
  private created: number | undefined;
  /** The client was told who speaks: a stream that goes on does not tell it again. */
  private isBegun: boolean;
  private isThinking = false;
  private isFinished = false;

  /** `partial`: what the client had before the stream. `now`: seconds since 1970, for a provider that does not tell. */
  constructor(
    partial: PartialAnswer | undefined,
    private readonly now: number,
  ) {
    this.text = new PlainText(partial?.text);
    this.responseId = partial?.responseId ?? null;
    this.created = partial?.created;
    this.isBegun = partial !== undefined;
  }

  observe(chunk: Json): void {
    const { id, created, choices } = chunk;
    if (typeof id === 'string' && id !== '') this.responseId ??= id;
    if (Number.isInteger(created) && Number(created) > 0) this.created ??= Number(created);
    if (Array.isArray(choices)) for (const choice of choices) this.readChoice(choice);
  }

  served(): ServedAnswer | null {
    const text = this.text.value;
    if (text === null || !this.isBegun || this.isThinking || this.isFinished) return null;
    return { text, responseId: this.responseId, created: this.created ?? this.now };
  }

  private readChoice(choice: unknown): void {
    if (!isObject(choice)) return;
    const { index, delta, finish_reason: reason } = choice;
    if (index !== undefined && index !== 0) this.text.spoil();
    if (typeof reason === 'string' && reason !== '') this.isFinished = true;
    if (!isObject(delta)) return;
    this.isBegun = true;
    for (const name in delta) if (!isNothing(delta[name])) this.readField(name, delta[name]);
  }

  private readField(name: string, value: unknown): void {
    if (name === 'role') return;
    if (name === 'content' && typeof value === 'string') {
      this.isThinking = false;
      this.text.append(value);
    } else if (THINKING_FIELD.test(name)) this.isThinking = true;
    else this.text.spoil();
  }
}

/** A field that says nothing: providers send them with every delta. */
export const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
