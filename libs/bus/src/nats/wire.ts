import { randomBytes } from 'node:crypto';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { SlotMap } from '@tollgate/collections';
import { CallBatches, separated } from './call-batches.js';
import { PROCESS_ID_LENGTH, decodePacket, encodeFrame, type Frame, type ReceivedFrame } from './frames.js';
import { inboxOf, packetsOf } from './subjects.js';

/** A packet stays below NATS's 1 MiB payload. */
const MAX_PACKET_BYTES = 900 * 1024;

export interface Address {
  readonly process: string;
  readonly slot: number;
}

export const isSameAddress = (left: Address | undefined, right: Address): boolean =>
  left?.slot === right.slot && left.process === right.process;

interface Packet {
  parts: Uint8Array[];
  bytes: number;
  /** Ask the server to tell when the receiver is gone. */
  wantsNotice: boolean;
}

/** What the parts of the bus want to hear from the wire. */
export interface WireListener {
  frame?(frame: ReceivedFrame): void;
  /** A process that was spoken to is gone. */
  peerLost?(process: string): void;
  /** Nobody listens on the subject of a message that was published with this notice, or the connection went away under it. */
  unheard?(notice: string): void;
  disconnected?(): void;
  reconnected?(): void;
  /** Once every heartbeat interval. */
  tick?(): void;
}

/**
 * The connection as the parts of the bus see it: packets of frames to other processes and calls to services (all that is sent
 * to one of them in a turn of the event loop goes as one message), notices about who is gone, and a tick.
 */
export class Wire {
  readonly processId = randomBytes(PROCESS_ID_LENGTH / 2).toString('hex');
  private readonly listeners: WireListener[] = [];
  private readonly packets = new SlotMap<string, Packet>();
  private readonly calls = new CallBatches({
    maxBytes: MAX_PACKET_BYTES,
    publish: (subject, data, notice) => this.publish(subject, data, notice),
    unsent: (notices) => {
      for (const notice of notices) this.tellUnheard(notice);
    },
  });
  private readonly idBytes = Buffer.from(this.processId, 'latin1');
  private readonly noticePrefix = `${inboxOf(this.processId)}.notice.`;
  private readonly ticker: NodeJS.Timeout;
  private lastSlot = 0;
  private isScheduled = false;
  private isUp = true;
  private ticksSinceReconnect = Infinity;

  constructor(
    readonly connection: NatsConnection,
    readonly heartbeatMs: number,
    /** Ticks of silence after which a peer counts as lost. */
    readonly missedTicks: number,
  ) {
    connection.subscribe(packetsOf(this.processId), {
      callback: (_error, message) => {
        this.receive(message);
      },
    });
    connection.subscribe(`${this.noticePrefix}*`, {
      callback: (_error, message) => {
        this.notice(message);
      },
    });
    this.ticker = setInterval(() => {
      this.ticksSinceReconnect += 1;
      for (const listener of this.listeners) listener.tick?.();
    }, heartbeatMs).unref();
    void this.watch();
  }

  get isConnected(): boolean {
    return this.isUp && !this.connection.isClosed();
  }

  listen(listener: WireListener): void {
    this.listeners.push(listener);
  }

  /** A number that no other call of this process has. */
  newSlot(): number {
    this.lastSlot = (this.lastSlot + 1) >>> 0;
    return this.lastSlot;
  }

  /**
   * With `notice`, `unheard(notice)` is called when nobody listens. False when it did not go out: there is no connection,
   * or the message is larger than the server takes.
   */
  publish(subject: string, data: Uint8Array | string, notice?: string): boolean {
    if (!this.isConnected) return false;
    try {
      if (notice === undefined) this.connection.publish(subject, data);
      else this.connection.publish(subject, data, { reply: this.noticePrefix + notice });
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Sends the first message of a call, with others of this turn. `unheard(notice)` is called when nobody listens. False when it
   * cannot go out, see `publish`.
   */
  call(subject: string, message: Uint8Array, notice: string): boolean {
    if (!this.isConnected) return false;
    this.schedule();
    return this.calls.add(subject, message, notice);
  }

  send(process: string, frame: Frame, wantsNotice = false): void {
    const parts = encodeFrame(frame);
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    let packet = this.packetTo(process);
    if (packet.bytes + bytes > MAX_PACKET_BYTES) {
      this.flush(process, packet);
      packet = this.packetTo(process);
    }
    packet.parts.push(...parts);
    packet.bytes += bytes;
    packet.wantsNotice ||= wantsNotice;
  }

  /** Asks for a notice if the process is gone. */
  ping(process: string): void {
    this.packetTo(process).wantsNotice = true;
  }

  flushAll(): void {
    this.isScheduled = false;
    this.calls.flush();
    for (const [process, packet] of this.packets) this.flush(process, packet);
  }

  close(): void {
    clearInterval(this.ticker);
  }

  private packetTo(process: string): Packet {
    let packet = this.packets.get(process);
    if (packet === undefined) {
      packet = { parts: [this.idBytes], bytes: PROCESS_ID_LENGTH, wantsNotice: false };
      this.packets.set(process, packet);
    }
    this.schedule();
    return packet;
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.flushAll();
    });
  }

  private flush(process: string, packet: Packet): void {
    this.packets.delete(process);
    const notice = packet.wantsNotice ? `peer-${process}` : undefined;
    this.publish(packetsOf(process), Buffer.concat(packet.parts, packet.bytes), notice);
  }

  private receive(message: Msg): void {
    try {
      for (const frame of decodePacket(message.data)) {
        for (const listener of this.listeners) listener.frame?.(frame);
      }
    } catch {
      // NOTE a throw here would end the client's read loop. The call that cannot be read ends as a gap or in silence.
    }
  }

  private notice(message: Msg): void {
    if (message.headers?.code !== 503) return;
    const notice = message.subject.slice(this.noticePrefix.length);
    const isPeer = notice.startsWith('peer-');
    // After a restart of NATS the others may take longer to come back than we did.
    if (isPeer && this.ticksSinceReconnect <= this.missedTicks) return;
    if (!isPeer) for (const unheard of separated(notice)) this.tellUnheard(unheard);
    else for (const listener of this.listeners) listener.peerLost?.(notice.slice('peer-'.length));
  }

  private tellUnheard(notice: string): void {
    for (const listener of this.listeners) listener.unheard?.(notice);
  }

  private async watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') {
        this.isUp = false;
        for (const listener of this.listeners) listener.disconnected?.();
      }
      if (status.type === 'reconnect') {
        this.isUp = true;
        this.ticksSinceReconnect = 0;
        for (const listener of this.listeners) listener.reconnected?.();
      }
    }
  }
}
