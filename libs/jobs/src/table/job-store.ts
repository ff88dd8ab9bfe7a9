import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { KEEP_FAILURES, KEEP_FAILURES_MS } from '../job-defaults.js';
import type { FailedJob } from '../jobs.js';

/** A job that this process holds until its lease runs out. */
export interface ClaimedJob {
  readonly name: string;
  readonly id: string;
  readonly data: unknown;
  readonly leaseToken: string;
  /** This try included. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly everyMs: number | null;
}

export interface NewJob {
  readonly name: string;
  readonly id?: string | undefined;
  readonly data: unknown;
  readonly runAt: number;
  readonly maxAttempts: number;
}

interface ClaimedRow {
  readonly name: string;
  readonly id: string;
  readonly data: unknown;
  readonly lease_token: string;
  readonly attempts_made: number;
  readonly max_attempts: number;
  readonly every_ms: string | null;
}

/** The SQL of the job table. Every change of a claimed job asks for its lease token: one that lost its lease changes nothing. */
export class JobStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Does nothing when a job of this name and id is there. */
  async add({ name, id = randomUUID(), data, runAt, maxAttempts }: NewJob): Promise<void> {
    await this.dataSource.query(
      `insert into job (name, id, data, run_at, max_attempts) values ($1, $2, $3, $4, $5)
       on conflict (name, id) do nothing`,
      [name, id, JSON.stringify(data ?? null), runAt, maxAttempts],
    );
  }

  /** Keeps the time of the next run unless the interval changed. */
  async schedule(name: string, everyMs: number, runAt: number, maxAttempts: number): Promise<void> {
    await this.dataSource.query(
      `insert into job (name, id, data, run_at, max_attempts, every_ms) values ($1, 'repeat', 'null', $2, $3, $4)
       on conflict (name, id) do update
         set every_ms = excluded.every_ms, run_at = least(job.run_at, excluded.run_at)
         where job.every_ms is distinct from excluded.every_ms`,
      [name, runAt, maxAttempts, everyMs],
    );
  }

  /** Takes up to `limit` due jobs of these names; those that another process took are passed over. */
  async claim(names: readonly string[], now: number, leaseMs: number, limit: number): Promise<ClaimedJob[]> {
    const [rows] = await this.dataSource.query<[ClaimedRow[], number]>(
      `update job set lease_until = $2::bigint + $3::bigint, lease_token = $4, attempts_made = attempts_made + 1
       where (name, id) in (
         select name, id from job
         where name = any($1) and run_at <= $2 and (lease_until is null or lease_until <= $2)
         order by run_at limit $5 for update skip locked)
       returning name, id, data, lease_token, attempts_made, max_attempts, every_ms`,
      [names, now, leaseMs, randomUUID(), limit],
    );
    return rows.map(toClaimedJob);
  }

  /** When the next job of these names is due or loses its lease; null when there is none. */
  async nextTime(names: readonly string[]): Promise<number | null> {
    const [row] = await this.dataSource.query<{ next: string | null }[]>(
      'select min(greatest(run_at, coalesce(lease_until, 0))) as next from job where name = any($1)',
      [names],
    );
    return row?.next == null ? null : Number(row.next);
  }

  async extend(job: ClaimedJob, leaseUntil: number): Promise<void> {
    await this.dataSource.query(
      'update job set lease_until = $4 where name = $1 and id = $2 and lease_token = $3',
      [...keyOf(job), leaseUntil],
    );
  }

  async remove(job: ClaimedJob): Promise<void> {
    await this.dataSource.query(
      'delete from job where name = $1 and id = $2 and lease_token = $3',
      keyOf(job),
    );
  }

  /** Lets go of a job until its next try. */
  async postpone(job: ClaimedJob, runAt: number): Promise<void> {
    await this.dataSource.query(
      `update job set run_at = $4, lease_until = null, lease_token = null
       where name = $1 and id = $2 and lease_token = $3`,
      [...keyOf(job), runAt],
    );
  }

  /** Lets go of a repeated job until its next round, at the interval that is set by now. */
  async endRound(job: ClaimedJob, now: number): Promise<void> {
    await this.dataSource.query(
      `update job set run_at = $4::bigint + every_ms, attempts_made = 0, lease_until = null, lease_token = null
       where name = $1 and id = $2 and lease_token = $3`,
      [...keyOf(job), now],
    );
  }

  /** Keeps a job that is given up among the failures, and drops those of them that are too old or too many. */
  async keepFailure(job: ClaimedJob, reason: string, now: number): Promise<void> {
    await this.dataSource.query(
      `with dropped as (
         delete from failed_job
         where failed_at < $5::bigint - $6 or number <= (select max(number) from failed_job) - $7 + 1)
       insert into failed_job (name, data, reason, failed_at)
       select name, data, $4, $5 from job where name = $1 and id = $2 and lease_token = $3`,
      [...keyOf(job), reason, now, KEEP_FAILURES_MS, KEEP_FAILURES],
    );
  }

  /** Newest first. */
  async failures(): Promise<FailedJob[]> {
    const rows = await this.dataSource.query<(Omit<FailedJob, 'failedAt'> & { failed_at: string })[]>(
      'select name, data, reason, failed_at from failed_job order by number desc',
    );
    return rows.map(({ failed_at, ...failure }) => ({ ...failure, failedAt: Number(failed_at) }));
  }
}

const keyOf = ({ name, id, leaseToken }: ClaimedJob): unknown[] => [name, id, leaseToken];

const toClaimedJob = (row: ClaimedRow): ClaimedJob => ({
  name: row.name,
  id: row.id,
  data: row.data,
  leaseToken: row.lease_token,
  attempt: row.attempts_made,
  maxAttempts: row.max_attempts,
  everyMs: row.every_ms === null ? null : Number(row.every_ms),
});
