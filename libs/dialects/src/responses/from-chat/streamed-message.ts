import type { Json } from '../../json/json.js';
import { messageItem, refusalPart, textPart } from './response-items.js';
import type { Emit } from './emit.js';

interface OpenText {
  readonly kind: 'output_text' | 'refusal';
  text: string;
  readonly annotations: Json[];
  readonly logprobs: Json[];
}

/** The events of a message item: parts of text and of refusal, one after the other. */
export class StreamedMessage {
  private readonly content: Json[] = [];
  private open: OpenText | null = null;

  constructor(
    private readonly emit: Emit,
    private readonly id: string,
    private readonly place: number,
  ) {
    emit('response.output_item.added', { output_index: place, item: messageItem(id, [], 'in_progress') });
  }

  text(delta: string, logprobs: readonly Json[]): void {
    const part = this.partOf('output_text');
    part.text += delta;
    part.logprobs.push(...logprobs);
    this.emit('response.output_text.delta', { ...this.at(), delta, logprobs });
  }

  refusal(delta: string): void {
    this.partOf('refusal').text += delta;
    this.emit('response.refusal.delta', { ...this.at(), delta });
  }

  annotate(annotations: readonly Json[]): void {
    const part = this.partOf('output_text');
    for (const annotation of annotations) {
      const index = { annotation_index: part.annotations.length };
      part.annotations.push(annotation);
      this.emit('response.output_text.annotation.added', { ...this.at(), ...index, annotation });
    }
  }

  /** The whole item. */
  close(status: string): Json {
    this.closePart();
    const item = messageItem(this.id, this.content, status);
    this.emit('response.output_item.done', { output_index: this.place, item });
    return item;
  }

  private partOf(kind: OpenText['kind']): OpenText {
    if (this.open?.kind === kind) return this.open;
    this.closePart();
    this.open = { kind, text: '', annotations: [], logprobs: [] };
    this.emit('response.content_part.added', { ...this.at(), part: partOf(this.open) });
    return this.open;
  }

  private closePart(): void {
    if (this.open === null) return;
    const { kind, text, logprobs } = this.open;
    const part = partOf(this.open);
    if (kind === 'refusal') this.emit('response.refusal.done', { ...this.at(), refusal: text });
    else this.emit('response.output_text.done', { ...this.at(), text, logprobs });
    this.emit('response.content_part.done', { ...this.at(), part });
    this.content.push(part);
    this.open = null;
  }

  private at(): Json {
    return { item_id: this.id, output_index: this.place, content_index: this.content.length };
  }
}

const partOf = ({ kind, text, annotations, logprobs }: OpenText): Json =>
  kind === 'refusal' ? refusalPart(text) : textPart(text, [...annotations], [...logprobs]);
