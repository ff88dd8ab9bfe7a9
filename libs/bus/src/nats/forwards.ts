import { SlotMap } from '@tollgate/collections';
import { GatewayError, outcome as outcomeSchema, type Outcome } from '@tollgate/contracts';
import { lostOutcome, undeliveredOutcome } from '../call/served-call.js';
import { disconnectedError, nobodyServesTarget, serviceLost } from '../errors.js';
import { encodeCall, type Envelope } from './envelope.js';
import { FRAME, type ReceivedFrame } from './frames.js';
import { CANCELLED_ATTEMPT } from './subjects.js';
import type { Address, Wire } from './wire.js';

/** An attempt as it is sent. */
export interface OutgoingForward {
  readonly subject: string;
  readonly target: string;
  readonly envelope: Omit<Envelope, 'forwarder' | 'competes'>;
  readonly inlineBody: Uint8Array;
  /** Present when the attempt may have a competitor: called when the caller has taken its head. */
  readonly delivered: (() => void) | undefined;
  readonly ended: (outcome: Outcome) => void;
}

interface PendingForward {
  readonly target: string;
  readonly startedAt: number;
  readonly delivered: (() => void) | undefined;
  readonly ended: (outcome: Outcome) => void;
  /** Who works on it: known from its first heartbeat. */
  responder: Address | undefined;
  isDelivered: boolean;
  /** The caller has taken another attempt's head. */
  isLost: boolean;
  isCancelled: boolean;
  /** What the responder made of it, until the caller tells whose head it took. */
  unjudged: Outcome | undefined;
  silentTicks: number;
}

/** The attempts that this process has handed to others and whose outcome it waits for. */
export class Forwards {
  private readonly pending = new SlotMap<number, PendingForward>();

  constructor(private readonly wire: Wire) {
    wire.listen({
      frame: (frame) => {
        this.receive(frame);
      },
      unheard: (notice) => {
        if (notice.startsWith('forward-')) this.giveUp(Number(notice.slice(8)), nobodyServesTarget);
      },
      peerLost: (process) => {
        for (const [slot, forward] of [...this.pending]) {
          if (forward.responder?.process === process) this.giveUp(slot, serviceLost);
        }
      },
      tick: () => {
        this.tick();
      },
    });
  }

  /** Sends the call on; returns how to cancel the attempt. */
  send({ subject, target, envelope, inlineBody, delivered, ended }: OutgoingForward): () => void {
    const startedAt = performance.now();
    const failed = (error: GatewayError): (() => void) => {
      queueMicrotask(() => ended(undeliveredOutcome(error, startedAt)));
      return () => undefined;
    };
    if (!this.wire.isConnected) return failed(disconnectedError());
    const slot = this.wire.newSlot();
    const forwarder = { process: this.wire.processId, slot };
    const { id, header, caller, turn, remainingMs, windowBytes, bodyBytes } = envelope;
    const competes = delivered === undefined ? undefined : true;
    const sizes = { remainingMs, windowBytes, bodyBytes };
    const outgoing: Envelope = { id, header, caller, forwarder, competes, turn, ...sizes };
    const message = encodeCall(outgoing, inlineBody);
    if (!this.wire.call(subject, message, `forward-${String(slot)}`)) {
      return failed(new GatewayError('internal', 'The call could not be sent'));
    }
    this.pending.set(slot, {
      target,
      startedAt,
      delivered,
      ended,
      responder: undefined,
      isDelivered: false,
      isLost: false,
      isCancelled: false,
      unjudged: undefined,
      silentTicks: 0,
    });
    return () => this.cancel(slot);
  }

  private receive(frame: ReceivedFrame): void {
    if (frame.type < FRAME.outcome) return;
    const forward = this.pending.get(frame.slot);
    if (forward === undefined) return;
    if (frame.type === FRAME.verdict) {
      this.judge(frame.slot, forward, frame.sequence === 1);
      return;
    }
    forward.silentTicks = 0;
    forward.responder = { process: frame.sender, slot: frame.from };
    if (frame.type === FRAME.outcome)
      this.receiveOutcome(frame.slot, forward, outcomeSchema.parse(frame.json()));
    else if (forward.delivered === undefined) forward.isDelivered = frame.sequence === 1;
  }

  /** Two heads may be on their way to the caller at once: it alone knows which one it took. */
  private receiveOutcome(slot: number, forward: PendingForward, outcome: Outcome): void {
    const { delivered, isDelivered, isLost } = forward;
    if (delivered === undefined || isDelivered || isLost || !outcome.delivered)
      this.settle(slot, forward, outcome);
    else forward.unjudged = outcome;
  }

  private judge(slot: number, forward: PendingForward, isTaken: boolean): void {
    if (!isTaken) forward.isLost = true;
    else if (!forward.isDelivered) {
      forward.isDelivered = true;
      forward.delivered?.();
    }
    if (forward.unjudged !== undefined) this.settle(slot, forward, forward.unjudged);
  }

  private tick(): void {
    for (const [slot, forward] of [...this.pending]) {
      forward.silentTicks += 1;
      if (forward.silentTicks > this.wire.missedTicks) this.giveUp(slot, serviceLost);
      else if (forward.responder !== undefined && forward.silentTicks > 1)
        this.wire.ping(forward.responder.process);
      // The first word may have been lost.
      if (forward.isCancelled) this.sendCancel(slot, forward);
    }
  }

  private cancel(slot: number): void {
    const forward = this.pending.get(slot);
    if (forward === undefined) return;
    forward.isCancelled = true;
    this.sendCancel(slot, forward);
  }

  private sendCancel(slot: number, { responder }: PendingForward): void {
    if (responder === undefined) {
      this.wire.publish(CANCELLED_ATTEMPT, JSON.stringify({ process: this.wire.processId, slot }));
      return;
    }
    const { process, slot: to } = responder;
    this.wire.send(process, { type: FRAME.cancel, slot: to, from: slot, sequence: 0 });
  }

  private giveUp(slot: number, errorOf: (target: string) => GatewayError): void {
    const forward = this.pending.get(slot);
    if (forward === undefined) return;
    const { target, startedAt, isDelivered, unjudged } = forward;
    const outcome = undeliveredOutcome(errorOf(target), startedAt);
    this.settle(slot, forward, unjudged ?? { ...outcome, delivered: isDelivered });
  }

  private settle(slot: number, forward: PendingForward, outcome: Outcome): void {
    this.pending.delete(slot);
    forward.ended(forward.isLost ? lostOutcome(outcome) : outcome);
  }
}
