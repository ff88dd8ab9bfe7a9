import { SlotMap } from '@tollgate/collections';

/** So many calls at once still go to one replica without its neighbours missing them. */
const MAX_CALLS = 16;

interface Batch {
  readonly messages: Uint8Array[];
  readonly notices: string[];
  bytes: number;
}

export interface CallBatchesOptions {
  /** A message stays below. */
  readonly maxBytes: number;
  /** False when it did not go out. */
  publish(subject: string, data: Uint8Array, notice: string): boolean;
  /** A batch did not go out: its calls were never heard of. */
  unsent(notices: readonly string[]): void;
}

/** First messages of calls: those of one subject and one turn of the event loop go as one message, to one of its replicas. */
export class CallBatches {
  private readonly batches = new SlotMap<string, Batch>();

  constructor(private readonly options: CallBatchesOptions) {}

  /** False when the message is too large for any batch. */
  add(subject: string, message: Uint8Array, notice: string): boolean {
    if (message.length > this.options.maxBytes) return this.options.publish(subject, message, notice);
    let batch = this.batches.get(subject);
    if (batch !== undefined && batch.bytes + message.length > this.options.maxBytes) {
      this.send(subject, batch);
      batch = undefined;
    }
    if (batch === undefined) this.batches.set(subject, (batch = { messages: [], notices: [], bytes: 0 }));
    batch.messages.push(message);
    batch.notices.push(notice);
    batch.bytes += message.length;
    if (batch.messages.length >= MAX_CALLS) this.send(subject, batch);
    return true;
  }

  flush(): void {
    for (const [subject, batch] of this.batches) this.send(subject, batch);
  }

  private send(subject: string, { messages, notices, bytes }: Batch): void {
    this.batches.delete(subject);
    const [only] = messages;
    const data = messages.length === 1 && only !== undefined ? only : Buffer.concat(messages, bytes);
    if (!this.options.publish(subject, data, joined(notices))) this.options.unsent(notices);
  }
}

// A notice is part of a subject: neither a dot nor a space may be in it.
const joined = (notices: readonly string[]): string => notices.join(',');
export const separated = (notice: string): string[] => notice.split(',');
