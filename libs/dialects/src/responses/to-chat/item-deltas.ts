import { isObject, objectAt, type Json } from '../../json/json.js';
import { chatAnnotationsOf } from '../citations.js';
import { CallDeltas } from './call-deltas.js';
import { imageOf } from './output-items.js';
import { ReasoningDeltas } from './reasoning-deltas.js';
import { SentTexts, partOf } from './sent-texts.js';

/** Turns the events of a response's items into the `delta` objects of chat chunks, `logprobs` beside the text they are of. */
export class ItemDeltas {
  private readonly calls = new CallDeltas();
  private readonly reasoning = new ReasoningDeltas();
  private readonly sent = new SentTexts();
  /** Where in the whole content a part's text starts. */
  private readonly starts = new Map<string, number>();
  private readonly citations = new Map<string, number>();
  private length = 0;
  private isEmpty = true;

  get hasCalls(): boolean {
    return this.calls.count > 0;
  }

  push(event: Json): Json[] {
    const { type, output_index: place } = event;
    const text = typeof event['delta'] === 'string' ? event['delta'] : '';
    switch (type) {
      case 'response.output_item.added':
        return this.start(place, objectAt(event['item'], 'item', 'answer'));
      case 'response.output_item.done':
        return this.stop(place, objectAt(event['item'], 'item', 'answer'));
      case 'response.output_text.delta':
        return this.text(this.sent.partAt(place, event['content_index']), text, event['logprobs']);
      case 'response.refusal.delta':
        return this.refusal(this.sent.partAt(place, event['content_index']), text);
      case 'response.reasoning_summary_text.delta':
        return this.reasoning.push(place, 'summary', event['summary_index'], text);
      case 'response.reasoning_text.delta':
        return this.reasoning.push(place, 'content', event['content_index'], text);
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        return this.calls.push(place, text);
      case 'response.output_text.annotation.added':
        return this.cite(this.sent.partAt(place, event['content_index']), [event['annotation']]);
      default:
        return [];
    }
  }

  /** All of it where a server told no item on the way. */
  end(output: unknown): Json[] {
    if (!this.isEmpty || !Array.isArray(output)) return [];
    return output.flatMap((item, index) => (isObject(item) ? this.stop(index, item) : []));
  }

  private start(place: unknown, item: Json): Json[] {
    this.isEmpty = false;
    return this.calls.start(place, item);
  }

  /** What the deltas of a whole item left out, and what comes with its end alone. */
  private stop(place: unknown, item: Json): Json[] {
    this.isEmpty = false;
    const image = imageOf(item);
    if (image !== null) return [{ images: [image] }];
    if (item['type'] === 'reasoning') return this.reasoning.stop(place, item);
    if (item['type'] !== 'message' || !Array.isArray(item['content'])) return this.calls.stop(place, item);
    return item['content'].flatMap((part, index) =>
      isObject(part) ? this.stopPart(partOf(place, index), part) : [],
    );
  }

  private stopPart(key: string, part: Json): Json[] {
    if (part['type'] === 'refusal') return this.refusal(key, this.sent.restOf(key, part['refusal']));
    if (part['type'] !== 'output_text') return [];
    const rest = this.text(key, this.sent.restOf(key, part['text']), undefined);
    const annotations: readonly unknown[] = Array.isArray(part['annotations']) ? part['annotations'] : [];
    return [...rest, ...this.cite(key, annotations.slice(this.citations.get(key) ?? 0))];
  }

  private text(key: string, text: string, logprobs: unknown): Json[] {
    if (text === '') return [];
    if (!this.sent.has(key)) this.starts.set(key, this.length);
    this.sent.add(key, text);
    this.length += text.length;
    const content = Array.isArray(logprobs) ? logprobs.filter(isObject) : [];
    return [{ content: text, ...(content.length > 0 && { logprobs: { content, refusal: null } }) }];
  }

  private refusal(key: string, refusal: string): Json[] {
    if (refusal === '') return [];
    this.sent.add(key, refusal);
    return [{ refusal }];
  }

  private cite(key: string, annotations: readonly unknown[]): Json[] {
    this.citations.set(key, (this.citations.get(key) ?? 0) + annotations.length);
    const list = chatAnnotationsOf(annotations, this.starts.get(key) ?? this.length);
    return list.length === 0 ? [] : [{ annotations: list }];
  }
}
