import { NO_USAGE, type PartialAnswer } from '@tollgate/contracts';
import { isObject, type Json } from '../json/json.js';
import { chatUsageOf, usageOfChat } from '../usage/chat-usage.js';
import { continuedUsage } from '../usage/continued-usage.js';
import type { Seam } from './seam.js';
import { THINKING_FIELD, isNothing } from './served-chat.js';

/** Turns the chunks of an answer that goes on into those of the stream whose beginning the client has. */
export class ContinuedChatStream {
  constructor(
    private readonly partial: PartialAnswer,
    private readonly seam: Seam,
  ) {}

  /** The client's chunk; none for what it has had already (the role, the filter's verdict on the prompt). */
  push(chunk: Json): Json[] {
    const { responseId, created } = this.partial;
    const { choices, usage } = chunk;
    const own = Array.isArray(choices) ? choices : [];
    const kept = own.flatMap((choice: unknown) => this.choice(choice));
    if (kept.length === 0 && (own.length > 0 || !isObject(usage))) return [];
    return [
      {
        ...chunk,
        ...(responseId !== null && { id: responseId }),
        created,
        choices: kept,
        ...(isObject(usage) && { usage: this.usage(usage) }),
      },
    ];
  }

  private choice(choice: unknown): Json[] {
    if (!isObject(choice)) return [];
    const delta = this.delta(isObject(choice['delta']) ? choice['delta'] : {});
    const isEmpty = Object.keys(delta).length === 0 && isNothing(choice['finish_reason']);
    return isEmpty ? [] : [{ ...choice, delta }];
  }

  private delta(delta: Json): Json {
    const kept: Json = {};
    for (const name in delta) {
      const value = delta[name];
      if (name === 'role' || isNothing(value)) continue;
      // Thoughts in the middle of the text would not have come from one answer.
      if (THINKING_FIELD.test(name) && this.partial.text !== '') continue;
      const fresh = name === 'content' && typeof value === 'string' ? this.seam.push(value) : value;
      if (fresh !== '') kept[name] = fresh;
    }
    return kept;
  }

  private usage(raw: Json): Json {
    const counts = usageOfChat(raw) ?? NO_USAGE;
    return { ...raw, ...chatUsageOf(continuedUsage(this.partial.usage, counts)) };
  }
}
