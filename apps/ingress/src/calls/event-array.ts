import { SseDecoder } from '@tollgate/dialects';

/** A stream of events as one JSON array that grows: what Google's callers get who do not ask for `alt=sse`. */
export class EventArray {
  readonly contentType = 'application/json; charset=UTF-8';
  private readonly events = new SseDecoder();
  private isOpen = false;

  /** What is added by bytes of the stream; empty while an event is not whole. */
  push(bytes: Uint8Array): Buffer {
    return this.items(this.events.push(bytes));
  }

  /** The end of the array. */
  end(): Buffer {
    const rest = this.items(this.events.flush());
    return Buffer.concat([rest, Buffer.from(this.isOpen ? ']' : '[]')]);
  }

  /** The end of one that broke off: what has come of an event is left out, and the error is the last item. */
  brokenEnd(error: object): string {
    return `${this.isOpen ? ',\r\n' : '['}${JSON.stringify(error)}]`;
  }

  private items(events: readonly { readonly data: string }[]): Buffer {
    const texts = events.flatMap(({ data }) => {
      if (data === '') return [];
      const before = this.isOpen ? ',\r\n' : '[';
      this.isOpen = true;
      return [before + data];
    });
    return Buffer.from(texts.join(''));
  }
}
