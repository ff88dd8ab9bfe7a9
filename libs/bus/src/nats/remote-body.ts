import type { GatewayError } from '@tollgate/contracts';
import type { CallBody } from '../bus.js';
import { CHUNK_BYTES } from './envelope.js';

/** Chunks on their way at a time: 1 MiB. */
const WINDOW_CHUNKS = 4;

/** A body that came with the call. */
export function inlineBody(bytes: Uint8Array): CallBody {
  return { size: bytes.length, bytes: () => Promise.resolve(bytes) };
}

/** A body that stays with the caller until somebody asks for it. */
export class RemoteBody implements CallBody {
  private whole: Promise<Uint8Array> | undefined;
  private target: Buffer | undefined;
  private settle: { resolve(bytes: Uint8Array): void; reject(error: unknown): void } | undefined;
  private received = 0;
  private requested = 0;
  private receivedAtTick = -1;
  private failure: GatewayError | undefined;

  constructor(
    readonly size: number,
    private readonly pull: (from: number, count: number) => void,
  ) {}

  bytes(): Promise<Uint8Array> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.whole ??= new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.target = Buffer.allocUnsafe(this.size);
      this.request();
    });
    return this.whole;
  }

  receive(index: number, data: Uint8Array): void {
    if (this.target === undefined || index !== this.received || this.failure !== undefined) return;
    this.target.set(data, index * CHUNK_BYTES);
    this.received += 1;
    if (this.received * CHUNK_BYTES >= this.size) this.settle?.resolve(this.target);
    else if (this.requested - this.received <= WINDOW_CHUNKS / 2) this.request();
  }

  /** Asks again for what did not come since the last tick. */
  tick(): void {
    const isWaiting = this.target !== undefined && this.received * CHUNK_BYTES < this.size;
    if (isWaiting && this.received === this.receivedAtTick) {
      this.requested = this.received;
      this.request();
    }
    this.receivedAtTick = this.received;
  }

  fail(error: GatewayError): void {
    this.failure ??= error;
    this.settle?.reject(error);
  }

  private request(): void {
    const count = this.received + WINDOW_CHUNKS - this.requested;
    this.pull(this.requested, count);
    this.requested += count;
  }
}
