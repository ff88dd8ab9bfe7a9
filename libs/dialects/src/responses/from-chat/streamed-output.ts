import type { ToolCallDelta } from '../../codec/tool-call-deltas.js';
import type { Json } from '../../json/json.js';
import { nameInResponses } from '../namespaces.js';
import { itemIdOf, type ItemKind } from '../own-ids.js';
import type { Emit } from './emit.js';
import { COMPLETED, imageItem } from './response-items.js';
import { StreamedCall } from './streamed-call.js';
import { StreamedMessage } from './streamed-message.js';
import { StreamedReasoning } from './streamed-reasoning.js';

/**
 * The items of a streamed response. Of message and reasoning one is open at a time; calls stay open to the end, as their fragments
 * may interleave.
 */
export class StreamedOutput {
  /** The items that are whole, each in its place. */
  readonly items: Json[] = [];
  private places = 0;
  private message: { readonly at: number; readonly item: StreamedMessage } | null = null;
  private reasoning: { readonly at: number; readonly item: StreamedReasoning } | null = null;
  private readonly calls = new Map<number, { readonly at: number; readonly item: StreamedCall }>();

  constructor(
    private readonly emit: Emit,
    private readonly responseId: string,
    /** The caller's own, which names the tools. */
    private readonly request: Json,
  ) {}

  text(delta: string, logprobs: readonly Json[]): void {
    this.openMessage().text(delta, logprobs);
  }

  refusal(delta: string): void {
    this.openMessage().refusal(delta);
  }

  annotate(annotations: readonly Json[]): void {
    this.openMessage().annotate(annotations);
  }

  think(delta: string): void {
    this.openReasoning().append(delta);
  }

  /** Ends the thinking block that is open, or makes one of what has no text. */
  endThinking(block: Json): void {
    this.openReasoning();
    this.closeReasoning(block);
  }

  call({ call, isFirst, fragment }: ToolCallDelta): void {
    if (isFirst) {
      this.closeMessage(COMPLETED);
      this.closeReasoning({});
      const { at, id } = this.next(call.isCustom ? 'ctc' : 'fc');
      const names = nameInResponses(call.name, this.request);
      const item = new StreamedCall(this.emit, id, at, { ...call, ...names });
      this.calls.set(call.place, { at, item });
    }
    this.calls.get(call.place)?.item.append(fragment);
  }

  image(image: unknown): void {
    const at = this.places;
    const item = imageItem(itemIdOf(this.responseId, 'ig', at), image);
    if (item === undefined) return;
    this.places += 1;
    this.emit('response.output_item.added', {
      output_index: at,
      item: { ...item, status: 'in_progress', result: null },
    });
    this.emit('response.output_item.done', { output_index: at, item });
    this.items[at] = item;
  }

  /** Closes what is open; `status` is that of the last item. */
  end(status: string): void {
    const last = this.places - 1;
    const statusAt = (at: number): string => (at === last ? status : COMPLETED);
    this.closeReasoning({});
    this.closeMessage(statusAt(this.message?.at ?? -1));
    for (const { at, item } of this.calls.values()) this.items[at] = item.close(statusAt(at));
    this.calls.clear();
  }

  private openMessage(): StreamedMessage {
    this.closeReasoning({});
    if (this.message === null) {
      const { at, id } = this.next('msg');
      this.message = { at, item: new StreamedMessage(this.emit, id, at) };
    }
    return this.message.item;
  }

  private openReasoning(): StreamedReasoning {
    this.closeMessage(COMPLETED);
    if (this.reasoning === null) {
      const { at, id } = this.next('rs');
      this.reasoning = { at, item: new StreamedReasoning(this.emit, id, at) };
    }
    return this.reasoning.item;
  }

  private closeMessage(status: string): void {
    if (this.message === null) return;
    this.items[this.message.at] = this.message.item.close(status);
    this.message = null;
  }

  private closeReasoning(block: Json): void {
    if (this.reasoning === null) return;
    this.items[this.reasoning.at] = this.reasoning.item.close(block);
    this.reasoning = null;
  }

  private next(kind: ItemKind): { readonly at: number; readonly id: string } {
    const at = this.places;
    this.places += 1;
    return { at, id: itemIdOf(this.responseId, kind, at) };
  }
}
