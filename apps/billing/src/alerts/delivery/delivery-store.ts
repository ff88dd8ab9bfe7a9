import { Inject, Injectable } from '@nestjs/common';
import type { Alert, AlertDelivery } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import { DATABASE } from '../../tokens.js';

/** A process that died while it sent an alert is not waited for any longer. */
export const LEASE_MS = 60_000;

/** Alerts of one digest. */
const MOST_TOGETHER = 1_000;

/** Alerts that this process is to send, in one message. */
export interface Parcel {
  readonly destination: string;
  readonly alerts: readonly Alert[];
  readonly isDigest: boolean;
  /** This try included. */
  readonly attempts: number;
}

interface Claimed {
  readonly id: string;
  readonly type: Alert['type'];
  readonly message: string;
  readonly at: string;
  readonly details: Record<string, unknown>;
  readonly digest: boolean;
  readonly attempts: number;
}

interface Chosen {
  readonly alert_id: string;
  readonly digest: boolean;
  readonly type: string;
}

interface DeliveryRow {
  readonly alert_id: string;
  readonly destination: string;
  readonly state: AlertDelivery['state'];
  readonly attempts: number;
  readonly last_error: string | null;
  readonly next_at: string;
  readonly delivered_at: string | null;
}

/** `$2`: now; `$3`: now by the clock of leases. */
const DUE = `state = 'waiting' and next_at <= $2 and (lease_until is null or lease_until <= $3)`;

/** `$1` destination: nothing while something is on its way there, so that alerts arrive in their order. */
const CHOOSE_FIRST = `
  select alert_id, digest, type from alert_delivery join alert on alert.id = alert_id
  where destination = $1 and ${DUE} and not exists (
    select 1 from alert_delivery as sent
    where sent.destination = $1 and sent.state = 'waiting' and sent.lease_until > $3)
  order by created_at, alert_id limit 1`;

/** `$4`: the type of the digest. */
const CHOOSE_DIGEST = `
  select alert_id from alert_delivery join alert on alert.id = alert_id
  where destination = $1 and ${DUE} and digest and type = $4
  order by created_at, alert_id limit ${MOST_TOGETHER}`;

const CLAIM = `
  update alert_delivery as delivery set lease_until = $3, attempts = attempts + 1
  from alert
  where alert.id = delivery.alert_id and delivery.destination = $1 and delivery.alert_id = any($2)
  returning alert.id, alert.type, alert.message, alert.at, alert.details, delivery.digest, delivery.attempts`;

/** Deliveries in the database: what waits, who sends it, how that went. Times are epoch milliseconds. */
@Injectable()
export class DeliveryStore {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * Takes the oldest alert that is due at a destination, with the others of its digest; null when there is none, or
   * another process sends to it. One at a time chooses. Leases go by the machine's clock, whatever `now` is.
   */
  async claim(destination: string, now: number): Promise<Parcel | null> {
    return this.database.dataSource.transaction(async (manager) => {
      await manager.query('select pg_advisory_xact_lock(hashtext($1))', [`alerts ${destination}`]);
      const at = Date.now();
      const [first] = await manager.query<Chosen[]>(CHOOSE_FIRST, [destination, now, at]);
      if (first === undefined) return null;
      const chosen = first.digest
        ? await manager.query<Chosen[]>(CHOOSE_DIGEST, [destination, now, at, first.type])
        : [first];
      const ids = chosen.map(({ alert_id }) => alert_id);
      const [rows] = await manager.query<[Claimed[], number]>(CLAIM, [destination, ids, at + LEASE_MS]);
      const alerts = rows.map(toAlert).sort((left, right) => left.at - right.at);
      const attempts = Math.max(...rows.map((row) => row.attempts));
      return { destination, alerts, isDigest: first.digest, attempts };
    });
  }

  async delivered({ destination, alerts }: Parcel, now: number): Promise<void> {
    await this.query(
      `update alert_delivery
       set state = 'delivered', delivered_at = $3, lease_until = null, last_error = null
       where destination = $1 and alert_id = any($2)`,
      [destination, idsOf(alerts), now],
    );
  }

  /** `holdsOthers`: what else waits for this destination waits as long. */
  async failed(
    { destination, alerts }: Parcel,
    { nextAt, error, holdsOthers }: { nextAt: number; error: string; holdsOthers: boolean },
  ): Promise<void> {
    await this.query(
      `update alert_delivery set
         next_at = greatest(next_at, $3),
         lease_until = case when alert_id = any($2) then null else lease_until end,
         last_error = case when alert_id = any($2) then $4 else last_error end
       where destination = $1 and state = 'waiting' and (alert_id = any($2) or $5)`,
      [destination, idsOf(alerts), nextAt, error, holdsOthers],
    );
  }

  /** Destinations with something due. */
  async due(now: number): Promise<string[]> {
    const rows = await this.query<{ destination: string }>(
      `select distinct destination from alert_delivery
       where state = 'waiting' and next_at <= $1 and (lease_until is null or lease_until <= $2)`,
      [now, Date.now()],
    );
    return rows.map(({ destination }) => destination);
  }

  /** Ends what was due before a time; tells how many of each destination. */
  async giveUp(before: number): Promise<Map<string, number>> {
    const rows = await this.update<{ destination: string }>(
      `update alert_delivery set state = 'given_up', lease_until = null
       where state = 'waiting' and due_at < $1 returning destination`,
      [before],
    );
    const counts = new Map<string, number>();
    for (const { destination } of rows) counts.set(destination, (counts.get(destination) ?? 0) + 1);
    return counts;
  }

  async deliveriesOf(alertId: string): Promise<AlertDelivery[]> {
    return (await this.deliveriesOfAll([alertId])).get(alertId) ?? [];
  }

  /** By alert, each in the order of its destinations. */
  async deliveriesOfAll(alertIds: readonly string[]): Promise<Map<string, AlertDelivery[]>> {
    const rows = await this.query<DeliveryRow>(
      `select alert_id, destination, state, attempts, last_error, next_at, delivered_at
       from alert_delivery where alert_id = any($1) order by destination`,
      [alertIds],
    );
    const byAlert = new Map<string, AlertDelivery[]>();
    for (const row of rows) {
      byAlert.set(row.alert_id, [...(byAlert.get(row.alert_id) ?? []), toDelivery(row)]);
    }
    return byAlert;
  }

  /** What of an alert still waits is not sent. */
  async cancel(alertId: string): Promise<void> {
    await this.query(
      `update alert_delivery set state = 'given_up' where alert_id = $1 and state = 'waiting'`,
      [alertId],
    );
  }

  private query<Row>(text: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.database.dataSource.query<Row[]>(text, [...parameters]);
  }

  /** What an `update … returning` returns: TypeORM adds a count. */
  private async update<Row>(text: string, parameters: readonly unknown[]): Promise<Row[]> {
    const [rows] = await this.database.dataSource.query<[Row[], number]>(text, [...parameters]);
    return rows;
  }
}

const idsOf = (alerts: readonly Alert[]): string[] => alerts.map(({ id }) => id);

const toAlert = ({ id, type, message, at, details }: Claimed): Alert => ({
  id,
  type,
  message,
  at: Number(at),
  details,
});

const toDelivery = (row: DeliveryRow): AlertDelivery => ({
  destination: row.destination,
  state: row.state,
  attempts: row.attempts,
  lastError: row.last_error,
  nextAt: row.state === 'waiting' ? Number(row.next_at) : null,
  deliveredAt: row.delivered_at === null ? null : Number(row.delivered_at),
});
