import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { JOBS, type Jobs } from '@tollgate/jobs';
import type { JobSource, ScheduledJob } from '../../jobs/scheduled-job.js';
import { alertDelivered, alertNotDelivered, alertsGivenUp, deliveryNotEnqueued } from '../alert-events.js';
import { AlertSender } from './alert-sender.js';
import { GIVE_UP_MS, backoffMs } from './backoff.js';
import { DeliveryError } from './delivery-error.js';
import { DeliveryStore, LEASE_MS, type Parcel } from './delivery-store.js';

const DELIVER = 'alerts.deliver';
const SWEEP = 'alerts.sweep';

/** What no job was made for, or whose job was lost, is found so often. */
const SWEEP_MS = 10_000;

/** Between two tries to write down that an alert arrived. */
const NOTE_AGAIN_MS = 500;

/** A run lets other jobs have their turn after so many messages. */
const MOST_MESSAGES = 50;

export interface DeliveryClock {
  readonly now: () => number;
  readonly sweepMs: number;
}

export const DELIVERY_CLOCK = Symbol('DELIVERY_CLOCK');
export const REAL_CLOCK: DeliveryClock = { now: Date.now, sweepMs: SWEEP_MS };

/**
 * Takes alerts to their destinations. The table of deliveries knows what waits; jobs make it go at once, and again after a failure. A
 * receiver that is away gets one try at a time, and then everything in the order in which it was told.
 */
@Injectable()
export class AlertDeliveries implements JobSource {
  constructor(
    @Inject(JOBS) private readonly queue: Jobs,
    private readonly store: DeliveryStore,
    private readonly sender: AlertSender,
    @Inject(DELIVERY_CLOCK) private readonly clock: DeliveryClock,
  ) {}

  jobs(): readonly ScheduledJob[] {
    return [
      { name: DELIVER, run: (data) => this.deliver(data) },
      { name: SWEEP, everyMs: this.clock.sweepMs, run: () => this.sweep() },
    ];
  }

  /** Never rejects: what is not enqueued now the sweep finds. @param occasion the same one is the same job. */
  async announce(destinations: Iterable<string>, occasion: string, delayMs = 0): Promise<void> {
    try {
      for (const destination of new Set(destinations))
        await this.queue.enqueue(DELIVER, { destination }, { id: `${destination}|${occasion}`, delayMs });
    } catch (cause) {
      deliveryNotEnqueued(cause);
    }
  }

  private async deliver(data: unknown): Promise<void> {
    const destination = (data as { destination?: unknown } | null)?.destination;
    if (typeof destination !== 'string') return;
    for (let sent = 0; sent < MOST_MESSAGES; sent += 1) {
      const parcel = await this.store.claim(destination, this.clock.now());
      if (parcel === null) return;
      const failure = await this.send(parcel);
      if (failure?.isReceiverAway === true) return;
    }
    await this.announce([destination], `more:${this.clock.now()}`);
  }

  private async send(parcel: Parcel): Promise<DeliveryError | null> {
    const began = performance.now();
    try {
      await this.sender.send(parcel.destination, parcel, this.clock.now());
    } catch (cause) {
      if (!(cause instanceof DeliveryError)) throw cause;
      await this.putOff(parcel, cause);
      return cause;
    }
    await this.noteDelivered(parcel, began + LEASE_MS);
    return null;
  }

  /** It arrived: while the database is away this is tried again, as long as nobody else may take the parcel. */
  private async noteDelivered(parcel: Parcel, deadline: number): Promise<void> {
    for (;;) {
      try {
        await this.store.delivered(parcel, this.clock.now());
        alertDelivered(parcel);
        return;
      } catch (cause) {
        if (performance.now() > deadline) throw cause;
        await delay(NOTE_AGAIN_MS, undefined, { ref: false });
      }
    }
  }

  private async putOff(parcel: Parcel, error: DeliveryError): Promise<void> {
    const { destination, attempts } = parcel;
    const waitMs = Math.max(backoffMs(attempts), error.retryAfterMs ?? 0);
    const nextAt = this.clock.now() + waitMs;
    alertNotDelivered(parcel, error, waitMs);
    await this.store.failed(parcel, { nextAt, error: error.message, holdsOthers: error.isReceiverAway });
    await this.announce([destination], String(nextAt), waitMs);
  }

  private async sweep(): Promise<void> {
    const now = this.clock.now();
    for (const [destination, count] of await this.store.giveUp(now - GIVE_UP_MS))
      alertsGivenUp(destination, count);
    await this.announce(await this.store.due(now), 'sweep');
  }
}
