import { GatewayError, outcome as outcomeSchema, type Outcome } from '@tollgate/contracts';
import { undeliveredOutcome } from '../call/served-call.js';
import { disconnectedError, nobodyServesTarget, serviceLost } from '../errors.js';
import { encodeWithBody, FRAME, type ReceivedFrame } from './frames.js';
import type { Envelope } from './envelope.js';
import type { Wire } from './wire.js';

interface PendingForward {
  readonly target: string;
  readonly startedAt: number;
  resolve(outcome: Outcome): void;
  /** Known from its first heartbeat. */
  process: string | undefined;
  isDelivered: boolean;
  silentTicks: number;
}

/** The attempts that this process has handed to others and whose outcome it waits for. */
export class Forwards {
  private readonly pending = new Map<number, PendingForward>();

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
          if (forward.process === process) this.giveUp(slot, serviceLost);
        }
      },
      tick: () => {
        this.tick();
      },
    });
  }

  /** Sends the call on and resolves with its outcome; never rejects. */
  send(
    subject: string,
    target: string,
    envelope: Omit<Envelope, 'forwarder'>,
    inlineBody: Uint8Array,
  ): Promise<Outcome> {
    const startedAt = performance.now();
    if (!this.wire.isConnected) return Promise.resolve(undeliveredOutcome(disconnectedError(), startedAt));
    const slot = this.wire.newSlot();
    const message = encodeWithBody(
      { ...envelope, forwarder: { process: this.wire.processId, slot } },
      inlineBody,
    );
    if (!this.wire.publish(subject, message, `forward-${String(slot)}`)) {
      const error = new GatewayError('internal', 'The call could not be sent');
      return Promise.resolve(undeliveredOutcome(error, startedAt));
    }
    return new Promise((resolve) => {
      this.pending.set(slot, {
        target,
        startedAt,
        resolve,
        process: undefined,
        isDelivered: false,
        silentTicks: 0,
      });
    });
  }

  private receive(frame: ReceivedFrame): void {
    if (frame.type !== FRAME.outcome && frame.type !== FRAME.forwardAlive) return;
    const forward = this.pending.get(frame.slot);
    if (forward === undefined) return;
    forward.silentTicks = 0;
    forward.process = frame.sender;
    if (frame.type === FRAME.forwardAlive) forward.isDelivered = frame.sequence === 1;
    else this.settle(frame.slot, forward, outcomeSchema.parse(frame.json()));
  }

  private tick(): void {
    for (const [slot, forward] of [...this.pending]) {
      forward.silentTicks += 1;
      if (forward.silentTicks > this.wire.missedTicks) this.giveUp(slot, serviceLost);
      else if (forward.process !== undefined && forward.silentTicks > 1) this.wire.ping(forward.process);
    }
  }

  private giveUp(slot: number, errorOf: (target: string) => GatewayError): void {
    const forward = this.pending.get(slot);
    if (forward === undefined) return;
    const outcome = undeliveredOutcome(errorOf(forward.target), forward.startedAt);
    this.settle(slot, forward, { ...outcome, delivered: forward.isDelivered });
  }

  private settle(slot: number, forward: PendingForward, outcome: Outcome): void {
    this.pending.delete(slot);
    forward.resolve(outcome);
  }
}
