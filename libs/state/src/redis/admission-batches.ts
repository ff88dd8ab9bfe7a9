import { KEEP_MS, windowOf } from '../admission.js';
import type { AdmitRequest, Scope, SettleRequest } from '../state.js';
import { ignore, type Argument, type TimedRedis } from './connection.js';

/** More in one script would keep others waiting for Redis. */
const MAX_OPERATIONS = 200;
/** The calls of a second share a record: one write for all of a batch, and no record grows so large that its end is felt. */
const RECORD_MS = 1_000;

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

/** All admissions and settlements of a turn of the event loop go to Redis as one script: there and back once. */
export class AdmissionBatches {
  private next: Batch | undefined;

  constructor(
    private readonly timed: TimedRedis,
    /** The full name of a key. */
    private readonly key: (name: string) => string,
  ) {}

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
    const { keys, args } = encode(batch, this.key);
    const late = (): void => {
      // The callers were told that this failed: what they hold must not wait for the end of the lease.
      for (const { request } of admissions) this.settle(givenBack(request)).catch(ignore);
    };
    const operations = settlements.length + admissions.length;
    this.timed
      .run((redis) => redis.admissions(keys.length, ...keys, ...args), { late, operations })
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
  return { callId, scopes, admittedAt: now, admittedTokens: tokens, tokens: 0 };
};

/** A batch as the script reads it. */
function encode(
  { settlements, admissions }: Batch,
  key: (name: string) => string,
): { keys: string[]; args: Argument[] } {
  const scopes = new Numbers();
  const records = new Numbers();
  const wanted: string[][] = [];
  const args: Argument[] = [];
  const numberOf = ({ id }: Scope, now: number): number =>
    scopes.of(`window:${id}:${String(windowOf(now))}`, `leases:${id}`);
  const recordOf = (callId: string, now: number): number => {
    const number = records.of(`calls:${String(Math.floor(now / RECORD_MS))}`);
    (wanted[number - 1] ??= []).push(callId);
    return number;
  };
  for (const { request } of settlements) {
    const { callId, admittedAt, admittedTokens, tokens } = request;
    const more = tokens === null ? 0 : tokens - admittedTokens;
    const corrects = request.scopes.some((scope) => scope.tokensPerMinute !== null);
    args.push(callId, more, corrects ? recordOf(callId, admittedAt) : 0, request.scopes.length);
    for (const scope of request.scopes) args.push(numberOf(scope, admittedAt), scope.tokensPerMinute ?? -1);
  }
  for (const { request } of admissions) {
    const { callId, now, tokens, leaseUntil } = request;
    args.push(callId, now, tokens, leaseUntil, recordOf(callId, now), request.scopes.length);
    for (const scope of request.scopes) {
      args.push(numberOf(scope, now), scope.requestsPerMinute ?? -1);
      args.push(scope.tokensPerMinute ?? -1, scope.maxParallelRequests ?? -1);
    }
  }
  const counts = [KEEP_MS, scopes.size, records.size, settlements.length, admissions.length];
  const ids = wanted.flatMap((callIds) => [callIds.length, ...callIds]);
  return { keys: [...scopes.keys, ...records.keys].map(key), args: [...counts, ...ids, ...args] };
}

/** Numbers for keys, from 1: most calls of a moment share a few. */
class Numbers {
  readonly keys: string[] = [];
  private readonly numbers = new Map<string, number>();

  get size(): number {
    return this.numbers.size;
  }

  /** Of the first name; the others come with it. */
  of(name: string, ...others: string[]): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.numbers.size + 1;
      this.numbers.set(name, number);
      this.keys.push(name, ...others);
    }
    return number;
  }
}
