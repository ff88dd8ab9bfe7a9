import { KEEP_MS, windowOf } from '../admission.js';
import { budgetsOf, keptUntil, windowStartOf } from '../holds.js';
import type { BudgetLimit } from '../budgets.js';
import type { AdmitRequest, Scope, SettleRequest } from '../state.js';
import type { Argument } from './connection.js';
import { COUNTING, HOLDS, budgetKey, callKey } from './money-keys.js';
import { Numbers } from './numbers.js';

/** The calls of a second share a record: one write for all of a batch, and no record grows so large that its end is felt. */
const RECORD_MS = 1_000;
const UNKNOWN_COST = -1;
const MUST_BE_SEEDED = -1;

interface BatchRequest {
  readonly settlements: readonly SettleRequest[];
  readonly admissions: readonly AdmitRequest[];
  readonly now: number;
}

interface EncodedBatch {
  readonly keys: readonly string[];
  readonly args: readonly Argument[];
  /** The script that knows of money is the one to use. */
  readonly hasMoney: boolean;
}

/** A batch as the script reads it. */
export function encodeBatch({ settlements, admissions, now }: BatchRequest): EncodedBatch {
  const table = new KeyTable();
  const args: Argument[] = [];
  for (const request of settlements) settlement(request, table, args);
  for (const request of admissions) admission(request, table, args);
  return {
    keys: table.keys(),
    args: [...table.counts(), settlements.length, admissions.length, now, ...table.wantedIds(), ...args],
    hasMoney: table.hasMoney(),
  };
}

function settlement(request: SettleRequest, table: KeyTable, args: Argument[]): void {
  const { callId, scopes, admittedAt, admittedTokens, tokens, costNanos, attemptId = '' } = request;
  const more = tokens === null ? 0 : tokens - admittedTokens;
  const corrects = scopes.some((scope) => scope.tokensPerMinute !== null);
  args.push(callId, more, corrects ? table.record(callId, admittedAt) : 0, scopes.length);
  for (const scope of scopes) args.push(table.scope(scope, admittedAt), scope.tokensPerMinute ?? -1);
  if (costNanos === undefined) args.push(0);
  else args.push(table.money(callId), costNanos ?? UNKNOWN_COST, attemptId);
}

function admission(request: AdmitRequest, table: KeyTable, args: Argument[]): void {
  const { callId, scopes, now, tokens, leaseUntil } = request;
  args.push(callId, now, tokens, leaseUntil, table.record(callId, now), scopes.length);
  for (const scope of scopes) {
    args.push(table.scope(scope, now), scope.requestsPerMinute ?? -1);
    args.push(scope.tokensPerMinute ?? -1, scope.maxParallelRequests ?? -1);
  }
  args.push(...sharesOf(scopes), ...moneyOf(request, table));
}

/** Of a capacity that is not among the scopes nothing is told: the share's limits bind then. */
function sharesOf(scopes: readonly Scope[]): Argument[] {
  const shares: Argument[] = [0];
  scopes.forEach(({ share }, place) => {
    const capacity = share === undefined ? -1 : scopes.findIndex(({ id }) => id === share.of);
    if (share !== undefined && capacity >= 0) shares.push(place + 1, capacity + 1, share.saturation);
  });
  shares[0] = (shares.length - 1) / 3;
  return shares;
}

function moneyOf(request: AdmitRequest, table: KeyTable): Argument[] {
  const budgets = budgetsOf(request);
  const { callId, cost, now } = request;
  if (budgets.length === 0 || !cost) return [0];
  const ends = budgets.map(({ resetAt }) => keptUntil(resetAt) ?? Number.POSITIVE_INFINITY);
  const last = Math.max(...ends);
  return [
    ...[table.money(callId), cost.leastNanos, cost.likelyNanos, cost.mostNanos],
    ...[Number.isFinite(last) ? last : 0, budgets.length],
    ...budgets.flatMap((budget) => budgetOf(budget, now, table)),
  ];
}

function budgetOf(
  { counter, maxNanos, resetAt, countedSince = 0 }: BudgetLimit,
  now: number,
  table: KeyTable,
) {
  const start = windowStartOf(counter);
  return [
    table.budget(counter),
    maxNanos,
    start < countedSince ? MUST_BE_SEEDED : start,
    resetAt === null ? 0 : Math.max(1, (keptUntil(resetAt) ?? 0) - now),
  ];
}

/** The keys of a batch, numbered as they are met, and which calls are wanted of the records. */
class KeyTable {
  private readonly scopes = new Numbers();
  private readonly records = new Numbers();
  private readonly budgets = new Numbers();
  private readonly calls = new Numbers();
  private readonly wanted: string[][] = [];

  scope({ id }: Scope, now: number): number {
    return this.scopes.of(`window:${id}:${String(windowOf(now))}`, `leases:${id}`);
  }

  record(callId: string, now: number): number {
    const number = this.records.of(`calls:${String(Math.floor(now / RECORD_MS))}`);
    (this.wanted[number - 1] ??= []).push(callId);
    return number;
  }

  budget(counter: string): number {
    return this.budgets.of(budgetKey(counter));
  }

  money(callId: string): number {
    return this.calls.of(callKey(callId));
  }

  hasMoney(): boolean {
    return this.calls.size > 0;
  }

  counts(): number[] {
    return [KEEP_MS, this.scopes.size, this.records.size, this.budgets.size];
  }

  wantedIds(): Argument[] {
    return this.wanted.flatMap((callIds) => [callIds.length, ...callIds]);
  }

  keys(): string[] {
    const money = this.hasMoney() ? [COUNTING, HOLDS, ...this.budgets.keys, ...this.calls.keys] : [];
    return [...this.scopes.keys, ...this.records.keys, ...money];
  }
}
