import type { ServerResponse } from 'node:http';

/** A client that takes no byte for this long is gone or might as well be. */
const STALL_MS = 120_000;

/** The client's side of an answer: whether it is still there, and whether it keeps up. */
export class ClientConnection {
  private hungUp = false;

  constructor(
    readonly raw: ServerResponse,
    onHangUp: () => void,
    private readonly stallMs = STALL_MS,
  ) {
    raw.once('close', () => {
      if (raw.writableFinished) return;
      this.hungUp = true;
      onHangUp();
    });
    // A reset socket also ends in `close`; without a listener its error would end the process.
    raw.on('error', () => undefined);
  }

  get gone(): boolean {
    return this.hungUp;
  }

  /** Writes, and resolves once the client has taken most of what was written. A stalled client is cut off. */
  write(data: Uint8Array): Promise<void> | undefined {
    if (this.hungUp || this.raw.write(data)) return undefined;
    return this.drained();
  }

  private drained(): Promise<void> {
    const { raw } = this;
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(stalled);
        raw.off('drain', settle);
        raw.off('close', settle);
        resolve();
      };
      const stalled = setTimeout(() => raw.destroy(), this.stallMs);
      raw.once('drain', settle);
      raw.once('close', settle);
    });
  }
}
