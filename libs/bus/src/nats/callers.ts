import { SlotMap } from '@tollgate/collections';
import { GatewayError, errorShape, type CallContract, type ResponseEnd } from '@tollgate/contracts';
import type { CallOptions } from '../bus.js';
import { afterMs } from '../call/clock.js';
import type { InFlight } from '../call/in-flight.js';
import { DEFAULT_WINDOW_BYTES, ResponseStream } from '../call/response-stream.js';
import { deadlineExceeded, disconnectedError, nobodyServes, serviceLost } from '../errors.js';
import { CHUNK_BYTES, encodeCall, pullRequest, type Envelope } from './envelope.js';
import { FRAME, type ReceivedFrame } from './frames.js';
import { isHead, isLast, openingOf } from './response-frames.js';
import { CANCELLED } from './subjects.js';
import { isSameAddress, type Address, type Wire } from './wire.js';

interface OpenCall {
  readonly id: string;
  readonly slot: number;
  readonly subject: string;
  readonly body: Uint8Array;
  readonly stream: ResponseStream;
  readonly windowBytes: number;
  /** The attempt whose head came first: the only one that is listened to. */
  bound: Address | undefined;
  /** The last attempt that broke off for another one to go on, and how many have. */
  yielder: Address | undefined;
  turn: number;
  /** Attempts whose head came too late. */
  readonly refused: Address[];
  nextSequence: number;
  grantedBytes: number;
  silentTicks: number;
  stopClock(): void;
}

/** The calls that this process has started. */
export class Callers {
  private readonly open = new SlotMap<number, OpenCall>();

  constructor(
    private readonly wire: Wire,
    private readonly inFlight: InFlight,
  ) {
    wire.listen({
      frame: (frame) => {
        this.receive(frame);
      },
      tick: () => {
        this.tick();
      },
      unheard: (notice) => {
        const call = notice.startsWith('call-') ? this.open.get(Number(notice.slice(5))) : undefined;
        if (call !== undefined) this.fail(call, nobodyServes(call.subject), false);
      },
      peerLost: (process) => {
        for (const call of this.open.values()) {
          if (call.bound?.process === process) this.fail(call, serviceLost());
        }
      },
    });
  }

  start<Header>(
    contract: CallContract<Header>,
    header: Header,
    body: Uint8Array,
    options: CallOptions,
  ): ResponseStream {
    if (!this.wire.isConnected) return ResponseStream.failed(disconnectedError());
    const windowBytes = options.windowBytes ?? DEFAULT_WINDOW_BYTES;
    const call = this.newCall(contract.subject, body, options, windowBytes);
    const envelope: Envelope = {
      id: options.id,
      header,
      caller: { process: this.wire.processId, slot: call.slot },
      remainingMs: options.deadline - Date.now(),
      windowBytes,
      bodyBytes: body.length,
    };
    const message = encodeCall(envelope, body);
    if (!this.wire.call(contract.subject, message, `call-${String(call.slot)}`)) {
      this.fail(call, new GatewayError('internal', 'The call could not be sent'), false);
    }
    return call.stream;
  }

  /** Ends what is still open. */
  giveUp(error: GatewayError): void {
    for (const call of this.open.values()) this.fail(call, error);
  }

  private newCall(subject: string, body: Uint8Array, options: CallOptions, windowBytes: number): OpenCall {
    const stream = new ResponseStream(
      {
        grant: (bytes) => {
          call.grantedBytes += bytes;
          this.sendCredit(call);
        },
        cancel: () => {
          this.broadcastCancel(call);
          this.settle(call);
        },
      },
      windowBytes,
    );
    const call: OpenCall = {
      id: options.id,
      slot: this.wire.newSlot(),
      subject,
      body,
      stream,
      windowBytes,
      bound: undefined,
      yielder: undefined,
      turn: 0,
      refused: [],
      nextSequence: 0,
      grantedBytes: windowBytes,
      silentTicks: 0,
      stopClock: afterMs(options.deadline - Date.now(), () => {
        stream.fail(deadlineExceeded(), true);
        this.settle(call);
      }),
    };
    this.open.set(call.slot, call);
    this.inFlight.enter();
    return call;
  }

  private receive(frame: ReceivedFrame): void {
    if (frame.type >= FRAME.credit) return;
    const call = this.open.get(frame.slot);
    if (call === undefined) {
      if (!isLast(frame)) this.refuse(frame);
      return;
    }
    const isBound = call.bound?.process === frame.sender && call.bound.slot === frame.from;
    if (call.bound === undefined || isBound) call.silentTicks = 0;
    if (frame.type === FRAME.pull) this.sendChunks(call, frame);
    else if (isBound) this.receiveBound(call, frame);
    else if (call.bound === undefined) this.receiveUnbound(call, frame);
    else if (isHead(frame)) this.refuse(frame, call);
  }

  private receiveUnbound(call: OpenCall, frame: ReceivedFrame): void {
    const sender = senderOf(frame);
    if (call.refused.some((address) => isSameAddress(address, sender))) return;
    if (isHead(frame)) this.bind(call, frame);
    else if (frame.type === FRAME.error && (frame.sequence === 0 || isSameAddress(call.yielder, sender))) {
      const error = GatewayError.fromShape(errorShape.parse(frame.json()));
      // Whoever was in charge is lost: other attempts of its may still be under way, and nobody waits for them.
      this.fail(call, error, error.code === 'service_lost');
    } else if (frame.sequence > 0) this.fail(call, serviceLost());
  }

  private bind(call: OpenCall, frame: ReceivedFrame): void {
    const { head, turn, tell } = openingOf(frame);
    if (turn !== call.turn) {
      this.refuse(frame, call);
      return;
    }
    call.bound = senderOf(frame);
    call.nextSequence = frame.sequence + 1;
    call.stream.push({ type: 'head', head });
    if (tell !== undefined) this.sendVerdict(call.slot, tell, true);
    if (turn === 0) return;
    // What goes on after another attempt gets what is left of the window.
    call.grantedBytes = Math.max(0, call.windowBytes - call.stream.outstandingBytes);
    this.sendCredit(call);
  }

  /** Frames come numbered: one that is missing must not become a silent hole. */
  private receiveBound(call: OpenCall, frame: ReceivedFrame): void {
    if (frame.sequence !== call.nextSequence) {
      this.fail(call, serviceLost());
      return;
    }
    if (frame.type === FRAME.alive) return;
    call.nextSequence += 1;
    if (frame.type === FRAME.data) call.stream.push({ type: 'data', data: frame.data });
    // The responder is of this system and of this version's contracts: a shape that differs is its bug, found in tests.
    else if (frame.type === FRAME.end) {
      call.stream.push({ type: 'end', end: frame.json() as ResponseEnd });
      this.settle(call);
    } else if (frame.type === FRAME.yield) {
      call.yielder = call.bound;
      call.bound = undefined;
      call.turn += 1;
    } else this.fail(call, GatewayError.fromShape(errorShape.parse(frame.json())), false);
  }

  private tick(): void {
    for (const call of this.open.values()) {
      call.silentTicks += 1;
      if (call.silentTicks > this.wire.missedTicks) this.fail(call, serviceLost());
      // Credit is a total, so that saying it again is harmless: the last word may have been lost.
      else if (call.bound !== undefined && call.silentTicks > 1) this.sendCredit(call);
    }
  }

  private sendCredit(call: OpenCall): void {
    if (call.bound === undefined) return;
    const json = { total: call.grantedBytes };
    this.wire.send(
      call.bound.process,
      { type: FRAME.credit, slot: call.bound.slot, from: call.slot, sequence: 0, json },
      true,
    );
  }

  private sendChunks(call: OpenCall, frame: ReceivedFrame): void {
    const { from, count } = pullRequest.parse(frame.json());
    for (let index = from; index < from + count && index * CHUNK_BYTES < call.body.length; index += 1) {
      const data = call.body.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
      this.wire.send(frame.sender, {
        type: FRAME.chunk,
        slot: frame.from,
        from: call.slot,
        sequence: index,
        data,
      });
    }
  }

  /** The attempt works for nothing: its head came too late, or its call is over. */
  private refuse(frame: ReceivedFrame, call?: OpenCall): void {
    const { sender, from, slot } = frame;
    const sequence = call === undefined ? 0 : 1;
    this.wire.send(sender, { type: FRAME.cancel, slot: from, from: slot, sequence });
    call?.refused.push(senderOf(frame));
    const { tell } = isHead(frame) ? openingOf(frame) : {};
    if (tell !== undefined) this.sendVerdict(slot, tell, false);
  }

  private sendVerdict(slot: number, to: Address, isTaken: boolean): void {
    const sequence = isTaken ? 1 : 0;
    this.wire.send(to.process, { type: FRAME.verdict, slot: to.slot, from: slot, sequence });
  }

  private broadcastCancel(call: OpenCall): void {
    this.wire.publish(CANCELLED, call.id);
  }

  /** A failure that the responder does not know of is told to whoever still works for the call. */
  private fail(call: OpenCall, error: GatewayError, tell = true): void {
    call.stream.fail(error);
    if (tell) this.broadcastCancel(call);
    this.settle(call);
  }

  private settle(call: OpenCall): void {
    call.stopClock();
    if (this.open.delete(call.slot)) this.inFlight.leave();
  }
}

const senderOf = ({ sender, from }: ReceivedFrame): Address => ({ process: sender, slot: from });
