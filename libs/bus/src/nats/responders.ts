import { SlotMap } from '@tollgate/collections';
import { GatewayError, callSubject } from '@tollgate/contracts';
import type { Msg } from '@nats-io/transport-node';
import type { CallHandler } from '../bus.js';
import { afterMs } from '../call/clock.js';
import type { InFlight } from '../call/in-flight.js';
import { ResponseSink, type SinkFrame } from '../call/response-sink.js';
import { ServedCall, lostOutcome, type ForwardRequest, type Settlement } from '../call/served-call.js';
import { cancelledError, deadlineExceeded, forwarderLost, serviceEnds } from '../errors.js';
import { MAX_INLINE_BYTES, address, credit, envelope as envelopeSchema, type Envelope } from './envelope.js';
import { Forwards } from './forwards.js';
import { FRAME, decodeWithBodies, type ReceivedFrame, type WithBody } from './frames.js';
import { RecentIds } from './recent-ids.js';
import { RemoteBody, inlineBody } from './remote-body.js';
import { wireFrame } from './response-frames.js';
import { CANCELLED, CANCELLED_ATTEMPT } from './subjects.js';
import { isSameAddress, type Address, type Wire } from './wire.js';

interface Served {
  readonly slot: number;
  readonly envelope: Envelope;
  readonly call: ServedCall;
  readonly remoteBody: RemoteBody | undefined;
  readonly arrivedAt: number;
  grantedBytes: number;
  /** The caller has taken another attempt's head. */
  isLost: boolean;
  sequence: number;
  ticks: number;
}

/** The calls that this process handles, first hand or forwarded. */
export class Responders {
  private readonly served = new SlotMap<number, Served>();
  /** Ended without an answer, or with a part of one; their forwarder was told, and must answer for it as long as it lives. */
  private readonly unconfirmed = new SlotMap<
    number,
    { served: Served; error: GatewayError; ticks: number }
  >();
  private readonly cancelled = new RecentIds();
  private readonly cancelledAttempts = new RecentIds();
  private readonly forwards: Forwards;

  constructor(
    private readonly wire: Wire,
    private readonly inFlight: InFlight,
  ) {
    this.forwards = new Forwards(wire);
    wire.listen({
      frame: (frame) => {
        this.receive(frame);
      },
      tick: () => {
        this.tick();
      },
      peerLost: (process) => {
        this.peerLost(process);
      },
    });
    wire.connection.subscribe(CANCELLED, {
      callback: (_error, message) => {
        this.cancel(message.string());
      },
    });
    wire.connection.subscribe(CANCELLED_ATTEMPT, {
      callback: (_error, message) => {
        this.cancelAttempt(address.parse(message.json()));
      },
    });
  }

  /** Takes the first messages of calls or of attempts. */
  accept({ data }: Msg, handler: CallHandler): void {
    for (const message of decodeWithBodies(data)) {
      try {
        this.begin(message, handler);
      } catch {
        // NOTE one that cannot be read must not keep out those behind it. Its caller notices the silence.
      }
    }
  }

  private begin(message: WithBody, handler: CallHandler): void {
    const served = this.newServed(envelopeSchema.parse(message.json()), message.body);
    this.served.set(served.slot, served);
    if (this.isCancelled(served.envelope)) this.abort(served, cancelledError());
    const stopClock = afterMs(served.envelope.remainingMs, () => {
      this.abort(served, deadlineExceeded());
    });
    this.inFlight.enter();
    served.call.run(handler, served.envelope.header, (settlement) => {
      this.inFlight.leave();
      stopClock();
      this.served.delete(served.slot);
      this.finish(served, settlement);
    });
  }

  /** Ends what is still running: the callers hear of it at once, forwarders by the outcome. */
  giveUp(): void {
    const reason = serviceEnds();
    for (const served of this.served.values()) {
      if (served.call.response.headSent || served.envelope.forwarder === undefined)
        served.call.response.fail(reason);
      this.abort(served, reason);
    }
  }

  private newServed(envelope: Envelope, body: Uint8Array): Served {
    const slot = this.wire.newSlot();
    const isInline = envelope.pullsBody !== true && envelope.bodyBytes <= MAX_INLINE_BYTES;
    const remoteBody = isInline ? undefined : this.newRemoteBody(slot, envelope);
    // What goes on after another attempt gets the rest of the window, and not before its head is taken.
    const grantedBytes = envelope.turn === undefined ? envelope.windowBytes : 0;
    const sink = new ResponseSink((frame) => this.send(served, frame), grantedBytes, MAX_INLINE_BYTES);
    const call = new ServedCall(sink, remoteBody ?? inlineBody(body), (request) =>
      this.forward(served, request, body),
    );
    const served: Served = {
      slot,
      envelope,
      call,
      remoteBody,
      arrivedAt: performance.now(),
      grantedBytes,
      isLost: false,
      sequence: 0,
      ticks: 0,
    };
    return served;
  }

  private newRemoteBody(slot: number, { caller, bodyBytes }: Envelope): RemoteBody {
    return new RemoteBody(bodyBytes, (from, count) => {
      const frame = { type: FRAME.pull, slot: caller.slot, from: slot, sequence: 0, json: { from, count } };
      this.wire.send(caller.process, frame, true);
    });
  }

  private forward<Header>(
    served: Served,
    { contract, target, header, turn, delivered, ended }: ForwardRequest<Header>,
    inlineBody: Uint8Array,
  ): () => void {
    const { id, caller, windowBytes, bodyBytes } = served.envelope;
    const remainingMs = served.envelope.remainingMs - (performance.now() - served.arrivedAt);
    const envelope = {
      id,
      header,
      caller,
      turn: turn > 0 ? turn : undefined,
      remainingMs,
      windowBytes,
      bodyBytes,
    };
    const subject = callSubject(contract, target);
    return this.forwards.send({ subject, target, envelope, inlineBody, delivered, ended });
  }

  private send(served: Served, frame: SinkFrame): void {
    const { caller } = served.envelope;
    const numbered = { slot: caller.slot, from: served.slot, sequence: served.sequence };
    served.sequence += 1;
    this.wire.send(caller.process, wireFrame(served.envelope, frame, numbered));
  }

  private finish(served: Served, { outcome: made, untold, isForwarders }: Settlement): void {
    const outcome = served.isLost ? lostOutcome(made) : made;
    const { forwarder } = served.envelope;
    const { response } = served.call;
    if (untold !== undefined && !(isForwarders && forwarder !== undefined)) response.fail(untold);
    if (forwarder === undefined) return;
    const json =
      outcome.error === null && untold !== undefined ? { ...outcome, error: untold.toShape() } : outcome;
    const frame = { type: FRAME.outcome, slot: forwarder.slot, from: served.slot, sequence: 0, json };
    this.wire.send(forwarder.process, frame, isForwarders);
    if (untold !== undefined && isForwarders)
      this.unconfirmed.set(served.slot, { served, error: untold, ticks: 0 });
  }

  private receive(frame: ReceivedFrame): void {
    if (frame.type < FRAME.credit || frame.type > FRAME.cancel) return;
    const served = this.served.get(frame.slot);
    if (served === undefined) return;
    if (frame.type === FRAME.cancel) {
      served.isLost ||= frame.sequence === 1;
      this.cancelServed(served, { process: frame.sender, slot: frame.from });
    } else if (frame.type === FRAME.chunk) served.remoteBody?.receive(frame.sequence, frame.data);
    else {
      const { total } = credit.parse(frame.json());
      if (total <= served.grantedBytes) return;
      const more = total - served.grantedBytes;
      served.grantedBytes = total;
      served.call.response.grant(more);
    }
  }

  private cancel(id: string): void {
    this.cancelled.add(id);
    for (const served of this.served.values()) {
      if (served.envelope.id === id) this.abort(served, cancelledError());
    }
  }

  private cancelAttempt(forwarder: Address): void {
    this.cancelledAttempts.add(keyOf(forwarder));
    for (const served of this.served.values()) {
      if (isSameAddress(served.envelope.forwarder, forwarder)) this.cancelServed(served, forwarder);
    }
  }

  private cancelServed(served: Served, by: Address): void {
    served.remoteBody?.fail(cancelledError());
    // The caller knows what it cancels; of what the forwarder cancels it may have the head.
    if (isSameAddress(served.envelope.forwarder, by)) served.call.cancel();
    else served.call.abort(cancelledError());
  }

  private isCancelled({ id, forwarder }: Envelope): boolean {
    if (this.cancelled.has(id)) return true;
    const { cancelledAttempts } = this;
    return forwarder !== undefined && !cancelledAttempts.isEmpty && cancelledAttempts.has(keyOf(forwarder));
  }

  private abort(served: Served, reason: GatewayError): void {
    served.remoteBody?.fail(reason);
    served.call.abort(reason);
  }

  private peerLost(process: string): void {
    for (const served of this.served.values()) {
      if (served.envelope.caller.process === process) {
        this.abort(served, new GatewayError('caller_lost', 'The caller is gone'));
      }
    }
    for (const [slot, { served, error }] of this.unconfirmed) {
      if (served.envelope.forwarder?.process !== process) continue;
      this.unconfirmed.delete(slot);
      // Of an attempt that failed before its head the caller learns that nobody decides any more: another router can. Of an
      // answer that broke off it has a part, and nothing is left but to tell it how that ended.
      served.call.response.fail(
        served.envelope.turn === undefined && !served.call.response.headSent ? forwarderLost(error) : error,
      );
    }
  }

  /** One heartbeat for all calls: those to one process travel together. Short calls need none. */
  private tick(): void {
    this.cancelled.tick();
    this.cancelledAttempts.tick();
    for (const served of this.served.values()) {
      served.remoteBody?.tick();
      served.ticks += 1;
      if (served.ticks > 1) this.sendAlive(served);
    }
    for (const [slot, unconfirmed] of this.unconfirmed) {
      unconfirmed.ticks += 1;
      const { forwarder } = unconfirmed.served.envelope;
      if (unconfirmed.ticks > this.wire.missedTicks) this.unconfirmed.delete(slot);
      // It may have died after it was told.
      else if (forwarder !== undefined) this.wire.ping(forwarder.process);
    }
  }

  private sendAlive({ envelope: { caller, forwarder }, slot, sequence, call }: Served): void {
    const { headSent, isYielded, isDetached } = call.response;
    // A caller that has nothing to expect would cancel it, or take it for the one that goes on.
    if (!isYielded && !isDetached)
      this.wire.send(caller.process, { type: FRAME.alive, slot: caller.slot, from: slot, sequence }, true);
    if (forwarder === undefined) return;
    const delivered = headSent ? 1 : 0;
    const frame = { type: FRAME.forwardAlive, slot: forwarder.slot, from: slot, sequence: delivered };
    this.wire.send(forwarder.process, frame, true);
  }
}

const keyOf = ({ process, slot }: Address): string => `${process}.${String(slot)}`;
