import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Step } from './step.js';

/** Writes a response's body, with back-pressure, and breaks it off where the step says. */
export class FaultyWriter {
  private written = 0;
  private wake: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly cutAt: number;

  constructor(
    private readonly response: ServerResponse,
    private readonly step: Step,
    /** A length is announced: only the end of the connection can then end the response early. */
    private readonly sized: boolean,
  ) {
    const { resetAfterBytes, endAfterBytes, stallAfterBytes } = step;
    this.cutAt = Math.min(
      resetAfterBytes ?? Infinity,
      endAfterBytes ?? Infinity,
      stallAfterBytes ?? Infinity,
    );
    response.once('close', () => {
      this.closed = true;
      this.resume();
    });
    response.on('drain', () => this.resume());
  }

  /** Nothing can be written any more. */
  over(): boolean {
    return this.closed || this.response.destroyed || this.response.writableEnded;
  }

  /** Resolves after the time, or earlier when the connection ends. */
  async pause(milliseconds: number): Promise<void> {
    if (milliseconds <= 0 || this.over()) return;
    this.timer = setTimeout(() => this.resume(), milliseconds);
    await this.woken();
  }

  /** Resolves to false when the response is over, by the script or by the client. */
  async write(bytes: string | Buffer): Promise<boolean> {
    if (this.over()) return false;
    const length = Buffer.byteLength(bytes);
    if (this.written + length > this.cutAt) {
      await this.cut(Buffer.from(bytes).subarray(0, this.cutAt - this.written));
      return false;
    }
    this.written += length;
    if (!this.response.write(bytes)) await this.woken();
    return !this.over();
  }

  /** Ends in good order, unless a fault is due exactly here. */
  async end(): Promise<void> {
    if (this.over()) return;
    if (this.written >= this.cutAt) await this.cut(Buffer.alloc(0));
    else this.response.end();
  }

  private async cut(rest: Buffer): Promise<void> {
    const { resetAfterBytes, stallAfterBytes } = this.step;
    if (rest.length > 0) await new Promise<void>((resolve) => this.response.write(rest, () => resolve()));
    else this.response.flushHeaders();
    if (this.over()) return;
    if (this.cutAt === resetAfterBytes) reset(this.response);
    else if (this.cutAt === stallAfterBytes) await this.woken();
    else if (this.sized) hangUp(this.response);
    else this.response.end();
  }

  private woken(): Promise<void> {
    if (this.over()) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private resume(): void {
    clearTimeout(this.timer);
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}

function reset(response: ServerResponse): void {
  // In process there is no socket that could be reset.
  const connection: Duplex | null = response.socket;
  if (connection instanceof Socket) connection.resetAndDestroy();
  else connection?.destroy();
}

/** Ends the connection once everything written is on its way. */
function hangUp(response: ServerResponse): void {
  const connection: Duplex | null = response.socket;
  if (connection instanceof Socket) connection.destroySoon();
  else connection?.destroy();
}
