import { encodeSse, isObject, type SseEvent } from '@tollgate/dialects';
import { goThrough, type FlowingText, type TextFlow } from './text-flows.js';
import { pieceOf } from './texts/answer-pieces.js';
import { jsonTexts, withTexts, type JsonText } from './texts/json-texts.js';
import { parsedJson } from './texts/parsed-json.js';
import { ANSWER_ROOTS } from './texts/text-keys.js';

interface QueuedEvent {
  readonly event: SseEvent;
  readonly texts: readonly JsonText[];
  /** What the texts become. */
  readonly others: string[];
}

/** A text that comes in pieces, and where its last one is. */
interface GrowingText {
  readonly flow: TextFlow;
  last: { readonly queued: QueuedEvent; readonly index: number } | null;
}

/** Events that wait for one before them; with more, that one goes on with all it has. */
const MAX_WAITING = 64;

/**
 * The events of a stream, each of which goes on when its texts are known. What a flow holds back at the end of a text belongs to the
 * event with its last piece: that one waits, and those behind it, so that their order stays.
 */
export class EventQueue {
  private readonly waiting: QueuedEvent[] = [];
  private readonly growing = new Map<string, GrowingText>();

  constructor(
    private readonly flowOf: (text: FlowingText) => TextFlow,
    private readonly isLines: boolean,
  ) {}

  /** The events that may go on, as they are sent. */
  push(event: SseEvent): Uint8Array[] {
    const content = parsedJson(event.data);
    const texts = isObject(content) ? jsonTexts(event.data, ANSWER_ROOTS) : [];
    const queued: QueuedEvent = { event, texts, others: [] };
    for (const [index, text] of texts.entries()) {
      const name = isObject(content) ? pieceOf(content, text, this.isLines) : null;
      queued.others.push(
        name === null ? goThrough(this.flowOf(text), text.text) : this.grow(name, text, { queued, index }),
      );
    }
    this.waiting.push(queued);
    return this.ready();
  }

  /** All that waits. */
  end(): Uint8Array[] {
    return this.waiting.splice(0).map((queued) => this.settled(queued));
  }

  private grow(name: string, text: JsonText, last: NonNullable<GrowingText['last']>): string {
    const known = this.growing.get(name) ?? { flow: this.flowOf(text), last: null };
    this.growing.set(name, known);
    known.last = last;
    return known.flow.push(text.text);
  }

  private ready(): Uint8Array[] {
    const ready: Uint8Array[] = [];
    for (let [first] = this.waiting; first !== undefined; [first] = this.waiting) {
      if (this.isWaiting(first) && this.waiting.length <= MAX_WAITING) break;
      this.waiting.shift();
      ready.push(this.settled(first));
    }
    return ready;
  }

  private isWaiting(queued: QueuedEvent): boolean {
    if (queued.texts.length === 0) return false;
    return [...this.growing.values()].some(({ flow, last }) => last?.queued === queued && flow.isHolding);
  }

  private settled(queued: QueuedEvent): Uint8Array {
    if (queued.texts.length === 0) return queued.event.raw;
    for (const growing of this.growing.values()) {
      if (growing.last?.queued !== queued) continue;
      const { index } = growing.last;
      queued.others[index] = `${queued.others[index] ?? ''}${growing.flow.end()}`;
      growing.last = null;
    }
    return this.written(queued);
  }

  private written({ event, texts, others }: QueuedEvent): Uint8Array {
    const data = withTexts(event.data, texts, others);
    if (data === event.data) return event.raw;
    return this.isLines ? Buffer.from(`${data}\n`) : encodeSse(data, event.event ?? undefined);
  }
}
