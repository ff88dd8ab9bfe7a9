import type { RawData, WebSocket } from 'ws';
import type { SessionRecord } from './session-records.js';

/** Bytes that wait in either direction before the side that they come from is held up. */
const HIGH_WATER_BYTES = 256 * 1024;
const PING_MS = 30_000;
/** A peer that takes no byte for this long is gone or might as well be. */
const STALL_MS = 120_000;
/** A close's reason has room for so many bytes. */
const MAX_REASON_BYTES = 123;

/** Codes that may be sent; others are made by the socket itself. */
const isSendable = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);

interface SocketClocks {
  readonly pingMs?: number;
  readonly stallMs?: number;
}

/** One end of a session: an open WebSocket, read by one reader. */
export class SessionSocket {
  private records: SessionRecord[] = [];
  private heldBytes = 0;
  private isPaused = false;
  private isAlive = true;
  private wake: (() => void) | undefined;
  private readonly pings: NodeJS.Timeout;
  private readonly stallMs: number;

  constructor(
    private readonly socket: WebSocket,
    { pingMs = PING_MS, stallMs = STALL_MS }: SocketClocks = {},
  ) {
    this.stallMs = stallMs;
    socket.on('message', (data, isBinary) => this.receive(data, isBinary));
    socket.on('pong', () => {
      this.isAlive = true;
    });
    // What breaks a connection also closes it.
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => this.ended(code, reason.toString()));
    this.pings = setInterval(() => this.checkPeer(), pingMs).unref();
  }

  /** What has come since the last time, one record at least. The last one is a `close`, with 1006 where the connection was lost. */
  async take(): Promise<readonly SessionRecord[]> {
    while (this.records.length === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const { records } = this;
    this.records = [];
    this.heldBytes = 0;
    this.resume();
    return records;
  }

  /** Resolves when there is room for more, or nobody is left to send to. */
  send(record: SessionRecord): Promise<void> | undefined {
    const { socket } = this;
    if (record.kind === 'close') {
      this.close(record.code, record.reason);
      return undefined;
    }
    const binary = record.kind === 'binary';
    const hasRoom = socket.bufferedAmount < HIGH_WATER_BYTES;
    if (hasRoom || socket.readyState !== socket.OPEN) {
      // Where it cannot be sent any more, the last record says why.
      socket.send(record.data, { binary }, () => undefined);
      return undefined;
    }
    return new Promise((resolve) => {
      const stalled = setTimeout(() => socket.terminate(), this.stallMs);
      socket.send(record.data, { binary }, () => {
        clearTimeout(stalled);
        resolve();
      });
    });
  }

  /** Ends the session in order; its last record says how the peer took it. */
  close(code: number, reason = ''): void {
    this.socket.close(isSendable(code) ? code : 1000, shortened(reason));
    this.resume();
  }

  /** Cuts the connection. */
  terminate(): void {
    this.socket.terminate();
  }

  private receive(data: RawData, isBinary: boolean): void {
    this.isAlive = true;
    // The socket gives buffers, unless it is asked for anything else.
    this.add({ kind: isBinary ? 'binary' : 'text', data: data as Buffer });
  }

  private add(record: SessionRecord): void {
    this.records.push(record);
    if (record.kind !== 'close') this.heldBytes += record.data.length;
    if (this.heldBytes > HIGH_WATER_BYTES && !this.isPaused) {
      this.isPaused = true;
      this.socket.pause();
    }
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }

  private resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.isAlive = true;
    this.socket.resume();
  }

  private ended(code: number, reason: string): void {
    clearInterval(this.pings);
    this.add({ kind: 'close', code, reason });
  }

  /** A socket that is not read cannot show that its peer is there. */
  private checkPeer(): void {
    if (this.isPaused) return;
    if (!this.isAlive) {
      this.socket.terminate();
      return;
    }
    this.isAlive = false;
    this.socket.ping();
  }
}

/** As much of a text as fits, without half a character at its end. */
function shortened(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= MAX_REASON_BYTES) return reason;
  return bytes.toString('utf8', 0, MAX_REASON_BYTES).replace(/\uFFFD+$/, '');
}
