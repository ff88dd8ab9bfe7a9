import {
  GatewayError,
  errorShape,
  type CallContract,
  type ResponseEnd,
  type ResponseHead,
} from '@tollgate/contracts';
import type { CallOptions } from '../bus.js';
import { afterMs } from '../call/clock.js';
import type { InFlight } from '../call/in-flight.js';
import { DEFAULT_WINDOW_BYTES, ResponseStream } from '../call/response-stream.js';
import { deadlineExceeded, disconnectedError, nobodyServes, serviceLost } from '../errors.js';
import { CHUNK_BYTES, MAX_INLINE_BYTES, pullRequest, type Envelope } from './envelope.js';
import { FRAME, encodeWithBody, type ReceivedFrame } from './frames.js';
import { CANCELLED } from './subjects.js';
import type { Address, Wire } from './wire.js';

const NO_BODY = new Uint8Array(0);

interface OpenCall {
  readonly id: string;
  readonly slot: number;
  readonly subject: string;
  readonly body: Uint8Array;
  readonly stream: ResponseStream;
  /** The attempt whose head came first: the only one that is listened to. */
  bound: Address | undefined;
  nextSequence: number;
  grantedBytes: number;
  silentTicks: number;
  stopClock(): void;
}

/** The calls that this process has started. */
export class Callers {
  private readonly open = new Map<number, OpenCall>();

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
        for (const call of [...this.open.values()]) {
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
    const message = encodeWithBody(envelope, body.length <= MAX_INLINE_BYTES ? body : NO_BODY);
    if (!this.wire.publish(contract.subject, message, `call-${String(call.slot)}`)) {
      this.fail(call, new GatewayError('internal', 'The call could not be sent'), false);
    }
    return call.stream;
  }

  /** Ends what is still open. */
  close(error: GatewayError): void {
    for (const call of [...this.open.values()]) this.fail(call, error);
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
      bound: undefined,
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
    if (frame.type > FRAME.pull) return;
    const call = this.open.get(frame.slot);
    if (call === undefined) {
      if (frame.type !== FRAME.end && frame.type !== FRAME.error) this.cancelAttempt(frame);
      return;
    }
    const isBound = call.bound?.process === frame.sender && call.bound.slot === frame.from;
    if (call.bound === undefined || isBound) call.silentTicks = 0;
    if (frame.type === FRAME.pull) this.sendChunks(call, frame);
    else if (isBound) this.receiveBound(call, frame);
    else if (call.bound !== undefined) {
      if (frame.type === FRAME.head) this.cancelAttempt(frame);
    } else this.receiveUnbound(call, frame);
  }

  private receiveUnbound(call: OpenCall, frame: ReceivedFrame): void {
    if (frame.type === FRAME.error && frame.sequence === 0) {
      this.fail(call, GatewayError.fromShape(errorShape.parse(frame.json())), false);
    } else if (frame.type === FRAME.head) {
      call.bound = { process: frame.sender, slot: frame.from };
      this.receiveBound(call, frame);
    } else if (frame.sequence > 0) this.fail(call, serviceLost());
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
    else if (frame.type === FRAME.head)
      call.stream.push({ type: 'head', head: frame.json() as ResponseHead });
    else if (frame.type === FRAME.end) {
      call.stream.push({ type: 'end', end: frame.json() as ResponseEnd });
      this.settle(call);
    } else this.fail(call, GatewayError.fromShape(errorShape.parse(frame.json())), false);
  }

  private tick(): void {
    for (const call of [...this.open.values()]) {
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

  private cancelAttempt({ sender, from, slot }: ReceivedFrame): void {
    this.wire.send(sender, { type: FRAME.cancel, slot: from, from: slot, sequence: 0 });
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
