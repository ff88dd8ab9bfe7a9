import { isObject, wordOf, type Json } from '../../json/json.js';
import { toolCallOf } from './output-items.js';
import { SentTexts } from './sent-texts.js';

interface OpenCall {
  readonly index: number;
  readonly isCustom: boolean;
}

/** Chat deltas of the tool calls among a response's items. */
export class CallDeltas {
  private readonly open = new Map<unknown, OpenCall>();
  private readonly sent = new SentTexts();

  get count(): number {
    return this.open.size;
  }

  /** The first delta of an item's call; none where it was given already, or the item is no call. */
  start(place: unknown, item: Json): Json[] {
    const call = toolCallOf(item, 'item');
    if (call === null || this.open.has(place)) return [];
    const isCustom = call['type'] === 'custom';
    const index = this.open.size;
    this.open.set(place, { index, isCustom });
    const { id, type } = call;
    const name = item['name'];
    const target = isCustom ? { custom: { name, input: '' } } : { function: { name, arguments: '' } };
    return [{ tool_calls: [{ index, id, type, ...target }] }];
  }

  push(place: unknown, text: string): Json[] {
    const call = this.open.get(place);
    if (call === undefined || text === '') return [];
    this.sent.add(wordOf(place), text);
    const target = call.isCustom ? { custom: { input: text } } : { function: { arguments: text } };
    return [{ tool_calls: [{ index: call.index, ...target }] }];
  }

  /** What the deltas of a whole item left out. */
  stop(place: unknown, item: Json): Json[] {
    const started = this.start(place, item);
    const call = toolCallOf(item, 'item');
    if (call === null) return started;
    const target = call['function'] ?? call['custom'];
    const whole = isObject(target) ? (target['arguments'] ?? target['input']) : undefined;
    return [...started, ...this.push(place, this.sent.restOf(wordOf(place), whole))];
  }
}
