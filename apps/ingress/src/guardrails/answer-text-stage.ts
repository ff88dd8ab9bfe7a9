import { GatewayError, type ResponseHead } from '@tollgate/contracts';
import { NdjsonDecoder, SseDecoder, type SseEvent } from '@tollgate/dialects';
import { NOTHING, type AnswerStage } from '../calls/answer-stages.js';
import { EventQueue } from './event-queue.js';
import { goThrough, type FlowingText, type TextFlow } from './text-flows.js';
import { framingOf, type Framing } from './texts/framing.js';
import { jsonTexts, withTexts } from './texts/json-texts.js';
import { parsedJson } from './texts/parsed-json.js';
import { ANSWER_ROOTS } from './texts/text-keys.js';

/** Whole answers that are longer are refused: nobody has looked through them. */
const MAX_BYTES = 64 * 1024 * 1024;

interface StageOptions {
  /** A flow for each text. */
  readonly flowOf: (text: FlowingText) => TextFlow;
  /** What an answer is refused with that cannot be read; null: it goes on as it is. */
  readonly unreadable: GatewayError | null;
}

/** Sends each text of an answer through a flow, whole or piece by piece; all else stays as it came. */
export class AnswerTextStage implements AnswerStage {
  private framing: Framing = 'json';
  private readonly parts: Uint8Array[] = [];
  private bytes = 0;
  private decoder: SseDecoder | NdjsonDecoder | null = null;
  private queue: EventQueue | null = null;

  constructor(private readonly options: StageOptions) {}

  begin(head: ResponseHead): void {
    this.framing = framingOf(head);
    if (this.framing !== 'events' && this.framing !== 'lines') return;
    const isLines = this.framing === 'lines';
    this.decoder = isLines ? new NdjsonDecoder() : new SseDecoder();
    this.queue = new EventQueue(this.options.flowOf, isLines);
  }

  see(data: Uint8Array): Uint8Array {
    if (this.decoder !== null) return this.passed(this.decoder.push(data));
    if (this.framing === 'none') return data;
    if (this.framing === 'closed') return this.unread(data);
    this.bytes += data.byteLength;
    if (this.bytes > MAX_BYTES)
      throw (
        this.options.unreadable ?? new GatewayError('upstream_invalid_response', 'The answer is too long')
      );
    this.parts.push(data);
    return NOTHING;
  }

  end(): Uint8Array {
    if (this.decoder !== null && this.queue !== null)
      return Buffer.concat([this.passed(this.decoder.flush()), ...this.queue.end()]);
    if (this.parts.length === 0) return NOTHING;
    const whole = Buffer.concat(this.parts);
    return this.framing === 'text' ? this.text(whole) : this.json(whole);
  }

  private passed(events: readonly SseEvent[]): Uint8Array {
    const { queue } = this;
    return queue === null ? NOTHING : Buffer.concat(events.flatMap((event) => queue.push(event)));
  }

  private text(whole: Buffer): Uint8Array {
    const text = whole.toString('utf8');
    const other = goThrough(this.options.flowOf({ isJson: false, isSealed: false }), text);
    return other === text ? whole : Buffer.from(other);
  }

  private json(whole: Buffer): Uint8Array {
    const source = whole.toString('utf8');
    if (parsedJson(source) === undefined) return this.unread(whole);
    const texts = jsonTexts(source, ANSWER_ROOTS);
    const others = texts.map((text) => goThrough(this.options.flowOf(text), text.text));
    const written = withTexts(source, texts, others);
    return written === source ? whole : Buffer.from(written);
  }

  private unread(data: Uint8Array): Uint8Array {
    if (this.options.unreadable === null) return data;
    throw this.options.unreadable;
  }
}
