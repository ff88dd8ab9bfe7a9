import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { AlertNotes } from '@tollgate/app';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig } from '@tollgate/config';
import { alertRaised, type Alert } from '@tollgate/contracts';
import { alertNotRaised } from '../alert-events.js';
import { AlertSender } from '../delivery/alert-sender.js';
import { destinationNames } from '../delivery/destination.js';

/**
 * Tells what goes wrong in billing itself. That the database is away is sent directly, for there is nowhere to keep it: each
 * destination is tried once. The alert then waits on the bus, and says who was told.
 */
@Injectable()
export class Alarm implements BeforeApplicationShutdown {
  private readonly notes = new AlertNotes({ raise: (alert) => void this.raise(alert) });

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly sender: AlertSender,
    private readonly config: LiveConfig,
  ) {}

  beforeApplicationShutdown(): void {
    this.notes.flush();
  }

  /** A batch of usage that will come again. */
  batchFailed(cause: unknown, isAway: boolean): void {
    const reason = reasonOf(cause);
    const text = isAway
      ? `away (${reason}): usage waits on the bus`
      : `a batch of usage will be tried again: ${reason}`;
    this.notes.note({ type: isAway ? 'db_exceptions' : 'failed_tracking_spend', key: reason, text });
  }

  /** Usage that can never be stored; the log has it whole. */
  usageRefused(cause: unknown): void {
    const reason = reasonOf(cause);
    this.notes.note({
      type: 'failed_tracking_spend',
      key: reason,
      text: `usage that cannot be stored is in the log of billing: ${reason}`,
    });
  }

  private async raise(alert: Alert): Promise<void> {
    const toldTo = alert.type === 'db_exceptions' ? await this.sendDirectly(alert) : [];
    const kept = toldTo.length === 0 ? alert : { ...alert, details: { ...alert.details, toldTo } };
    await this.bus.record(alertRaised, kept).catch((cause: unknown) => alertNotRaised(alert.id, cause));
  }

  /** Returns the destinations that have it. */
  private async sendDirectly(alert: Alert): Promise<string[]> {
    const names = destinationNames(this.config.current.general.alerting, alert.type);
    const results = await Promise.allSettled(
      names.map((name) => this.sender.send(name, { alerts: [alert], isDigest: false })),
    );
    return names.filter((_name, index) => results[index]?.status === 'fulfilled');
  }
}

/** The code alone: the text of an error may hold what users sent. */
function reasonOf(cause: unknown): string {
  const { code, name } = cause as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'an error';
}
