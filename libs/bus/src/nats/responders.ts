import { GatewayError, callSubject, type CallContract, type Outcome } from '@tollgate/contracts';
import type { Msg } from '@nats-io/transport-node';
import type { CallHandler } from '../bus.js';
import { afterMs } from '../call/clock.js';
import type { InFlight } from '../call/in-flight.js';
import { ResponseSink, type SinkFrame } from '../call/response-sink.js';
import { ServedCall } from '../call/served-call.js';
import { cancelledError, deadlineExceeded, serviceLost } from '../errors.js';
import { MAX_INLINE_BYTES, credit, envelope as envelopeSchema, type Envelope } from './envelope.js';
import { Forwards } from './forwards.js';
import { FRAME, decodeWithBody, type ReceivedFrame } from './frames.js';
import { RecentIds } from './recent-ids.js';
import { RemoteBody, inlineBody } from './remote-body.js';
import { CANCELLED } from './subjects.js';
import type { Wire } from './wire.js';

interface Served {
  readonly slot: number;
  readonly envelope: Envelope;
  readonly call: ServedCall;
  readonly remoteBody: RemoteBody | undefined;
  readonly arrivedAt: number;
  grantedBytes: number;
  sequence: number;
  ticks: number;
}

/** The calls that this process handles, first hand or forwarded. */
export class Responders {
  private readonly served = new Map<number, Served>();
  /** Ended without an answer; their forwarder was told, and must answer for it as long as it lives. */
  private readonly unconfirmed = new Map<number, { served: Served; error: GatewayError; ticks: number }>();
  private readonly cancelled = new RecentIds();
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
  }

  /** Takes the first message of a call or of an attempt. */
  accept(message: Msg, handler: CallHandler): void {
    const { json, body } = decodeWithBody(message.data);
    const served = this.newServed(envelopeSchema.parse(json), body);
    this.served.set(served.slot, served);
    if (this.cancelled.has(served.envelope.id)) this.abort(served, cancelledError());
    const stopClock = afterMs(served.envelope.remainingMs, () => {
      this.abort(served, deadlineExceeded());
    });
    void this.inFlight.track(async () => {
      const { outcome, untold } = await served.call.run(handler, served.envelope.header);
      stopClock();
      this.served.delete(served.slot);
      this.finish(served, outcome, untold);
    });
  }

  /** Gives up what is still running: the callers hear of it at once. */
  close(): void {
    for (const served of [...this.served.values()]) {
      if (served.call.response.headSent || served.envelope.forwarder === undefined)
        served.call.response.fail(serviceLost());
      this.abort(served, cancelledError());
    }
  }

  private newServed(envelope: Envelope, body: Uint8Array): Served {
    const slot = this.wire.newSlot();
    const isInline = envelope.bodyBytes <= MAX_INLINE_BYTES;
    const remoteBody = isInline ? undefined : this.newRemoteBody(slot, envelope);
    const sink = new ResponseSink(
      (frame) => this.send(served, frame),
      envelope.windowBytes,
      MAX_INLINE_BYTES,
    );
    const call = new ServedCall(sink, remoteBody ?? inlineBody(body), (contract, target, header) =>
      this.forward(served, { contract, target, header, body }),
    );
    const served: Served = {
      slot,
      envelope,
      call,
      remoteBody,
      arrivedAt: performance.now(),
      grantedBytes: envelope.windowBytes,
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
    to: { contract: CallContract<Header>; target: string; header: Header; body: Uint8Array },
  ): Promise<Outcome> {
    const remainingMs = served.envelope.remainingMs - (performance.now() - served.arrivedAt);
    const { forwarder: _forwarder, ...envelope } = served.envelope;
    const subject = callSubject(to.contract, to.target);
    return this.forwards.send(subject, to.target, { ...envelope, header: to.header, remainingMs }, to.body);
  }

  private send(served: Served, frame: SinkFrame): void {
    const { caller } = served.envelope;
    const numbered = { slot: caller.slot, from: served.slot, sequence: served.sequence };
    served.sequence += 1;
    if (frame.type === 'data')
      this.wire.send(caller.process, { type: FRAME.data, ...numbered, data: frame.data });
    else {
      const json =
        frame.type === 'head' ? frame.head : frame.type === 'end' ? frame.end : frame.error.toShape();
      this.wire.send(caller.process, { type: FRAME[frame.type], ...numbered, json });
    }
  }

  private finish(served: Served, outcome: Outcome, untold: GatewayError | undefined): void {
    const { forwarder } = served.envelope;
    const { response } = served.call;
    if (untold !== undefined && (response.headSent || forwarder === undefined)) response.fail(untold);
    if (forwarder === undefined) return;
    const json =
      outcome.error === null && untold !== undefined ? { ...outcome, error: untold.toShape() } : outcome;
    const frame = { type: FRAME.outcome, slot: forwarder.slot, from: served.slot, sequence: 0, json };
    this.wire.send(forwarder.process, frame, !json.delivered);
    if (untold !== undefined && !json.delivered)
      this.unconfirmed.set(served.slot, { served, error: untold, ticks: 0 });
  }

  private receive(frame: ReceivedFrame): void {
    if (frame.type < FRAME.credit || frame.type > FRAME.cancel) return;
    const served = this.served.get(frame.slot);
    if (served === undefined) return;
    if (frame.type === FRAME.cancel) this.abort(served, cancelledError());
    else if (frame.type === FRAME.chunk) served.remoteBody?.receive(frame.sequence, frame.data);
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
      served.call.response.fail(error);
    }
  }

  /** One heartbeat for all calls: those to one process travel together. Short calls need none. */
  private tick(): void {
    this.cancelled.tick();
    for (const served of this.served.values()) {
      served.remoteBody?.tick();
      served.ticks += 1;
      if (served.ticks > 1) this.sendAlive(served);
    }
    for (const [slot, unconfirmed] of this.unconfirmed) {
      unconfirmed.ticks += 1;
      if (unconfirmed.ticks > this.wire.missedTicks) this.unconfirmed.delete(slot);
    }
  }

  private sendAlive({ envelope: { caller, forwarder }, slot, sequence, call }: Served): void {
    this.wire.send(caller.process, { type: FRAME.alive, slot: caller.slot, from: slot, sequence }, true);
    if (forwarder === undefined) return;
    const delivered = call.response.headSent ? 1 : 0;
    const frame = { type: FRAME.forwardAlive, slot: forwarder.slot, from: slot, sequence: delivered };
    this.wire.send(forwarder.process, frame, true);
  }
}
