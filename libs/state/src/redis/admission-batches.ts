import type { AdmitRequest, SettleRequest } from '../state.js';
import { budgetsOf } from '../holds.js';
import { encodeBatch } from './admission-encoding.js';
import { ignore, type TimedRedis } from './connection.js';

/** More in one script would keep others waiting for Redis. */
const MAX_OPERATIONS = 50;

interface Settlement {
  readonly request: SettleRequest;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Admission {
  readonly request: AdmitRequest;
  readonly resolve: (reply: string) => void;
  readonly reject: (error: unknown) => void;
}

/** What was asked in one turn of the event loop. */
interface Batch {
  readonly settlements: Settlement[];
  readonly admissions: Admission[];
}

interface AdmissionBatchesOptions {
  readonly timed: TimedRedis;
  /** The full name of a key. */
  readonly key: (name: string) => string;
  readonly now: () => number;
}

/** All admissions and settlements of a turn of the event loop go to Redis as one script: there and back once. */
export class AdmissionBatches {
  private next: Batch | undefined;

  constructor(private readonly options: AdmissionBatchesOptions) {}

  /** Resolves with what the script says of the admission. An answer that comes too late is given back. */
  admit(request: AdmitRequest): Promise<string> {
    return new Promise((resolve, reject) => {
      this.batch().admissions.push({ request, resolve, reject });
    });
  }

  settle(request: SettleRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      this.batch().settlements.push({ request, resolve, reject });
    });
  }

  private batch(): Batch {
    const { next } = this;
    if (next !== undefined && next.admissions.length + next.settlements.length < MAX_OPERATIONS) return next;
    const batch: Batch = { settlements: [], admissions: [] };
    this.next = batch;
    setImmediate(() => {
      if (this.next === batch) this.next = undefined;
      this.send(batch);
    });
    return batch;
  }

  private send(batch: Batch): void {
    const { settlements, admissions } = batch;
    const { timed, key, now } = this.options;
    const { keys, text, hasMoney } = encodeBatch({
      settlements: settlements.map(({ request }) => request),
      admissions: admissions.map(({ request }) => request),
      now: now(),
    });
    const names = keys.map(key);
    const late = (): void => {
      // The callers were told that this failed: what they hold must not wait for the end of the lease.
      for (const { request } of admissions) this.settle(givenBack(request)).catch(ignore);
    };
    const operations = settlements.length + admissions.length;
    timed
      .run(
        (redis) =>
          hasMoney
            ? redis.admissionsWithMoney(names.length, ...names, text)
            : redis.admissions(names.length, ...names, text),
        { late, operations },
      )
      .then(
        (replies) => {
          for (const { resolve } of settlements) resolve();
          admissions.forEach(({ resolve }, index) => resolve(replies[index] ?? ''));
        },
        (error: unknown) => {
          for (const { reject } of settlements) reject(error);
          for (const { reject } of admissions) reject(error);
        },
      );
  }
}

const givenBack = (request: AdmitRequest): SettleRequest => {
  const { callId, scopes, now, tokens } = request;
  const settlement = { callId, scopes, admittedAt: now, admittedTokens: tokens, tokens: 0 };
  return budgetsOf(request).length === 0 ? settlement : { ...settlement, costNanos: 0 };
};
