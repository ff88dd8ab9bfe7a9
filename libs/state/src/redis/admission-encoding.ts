import { KEEP_MS, windowOf } from '../admission.js';
import { budgetsOf, keptUntil, windowStartOf } from '../holds.js';
import type { BudgetLimit } from '../budgets.js';
import type { AdmitRequest, Scope, SettleRequest } from '../state.js';
import { COUNTING, HOLDS, budgetKey, callKey } from './money-keys.js';
import { Numbers } from './numbers.js';

/** The calls of a second share a record: one write for all of a batch, and no record grows so large that its end is felt. */
const RECORD_MS = 1_000;
const UNKNOWN_COST = -1;
const MUST_BE_SEEDED = -1;
const NOT_LIMITED = -1;

interface BatchRequest {
  readonly settlements: readonly SettleRequest[];
  readonly admissions: readonly AdmitRequest[];
  readonly now: number;
}

/** A batch as the script reads it. Keys go by their numbers, from 1; times are epoch milliseconds. */
interface EncodedBatch {
  /** How long counters and records are kept (ms). */
  readonly keep: number;
  readonly now: number;
  readonly scopes: number;
  readonly budgets: number;
  /** The calls that are wanted of each record. */
  readonly records: readonly (readonly string[])[];
  readonly settlements: readonly EncodedSettlement[];
  readonly admissions: readonly EncodedAdmission[];
}

interface EncodedSettlement {
  readonly call: string;
  /** Tokens to add; negative: to give back. */
  readonly more: number;
  /** 0: no tokens are limited. */
  readonly record: number;
  readonly scopes: readonly (readonly [tokensPerMinute: number, scope: number])[];
  /** 0: none. */
  readonly money: number;
  readonly cost: number;
  readonly attempt: string;
}

interface EncodedAdmission {
  readonly call: string;
  readonly now: number;
  readonly tokens: number;
  /** Of its lease. */
  readonly ends: number;
  readonly record: number;
  readonly scopes: readonly EncodedScope[];
  /** Which of the scopes are shares of which. */
  readonly shares: readonly (readonly [place: number, capacity: number, saturation: number])[];
  /** Absent: it asks no budget. */
  readonly money: EncodedMoney | undefined;
}

type EncodedScope = readonly [
  requestsPerMinute: number,
  tokensPerMinute: number,
  maxParallelRequests: number,
  scope: number,
];

interface EncodedMoney {
  readonly call: number;
  readonly least: number;
  readonly likely: number;
  readonly most: number;
  /** When the last of its budgets is forgotten; 0: never. */
  readonly ends: number;
  readonly budgets: readonly EncodedBudget[];
}

interface EncodedBudget {
  readonly number: number;
  readonly most: number;
  /** Of its window; -1: it must be seeded. */
  readonly start: number;
  /** How long it is kept (ms); 0: for ever. */
  readonly life: number;
}

interface Encoded {
  readonly keys: readonly string[];
  /** The `EncodedBatch` as JSON. */
  readonly text: string;
  /** The script that knows of money is the one to use. */
  readonly hasMoney: boolean;
}

/** A batch as its script's keys and argument. */
export function encodeBatch({ settlements, admissions, now }: BatchRequest): Encoded {
  const table = new KeyTable();
  const asked = {
    settlements: settlements.map((request) => settlement(request, table)),
    admissions: admissions.map((request) => admission(request, table)),
  };
  const batch: EncodedBatch = { keep: KEEP_MS, now, ...table.counts(), ...asked };
  return { keys: table.keys(), text: JSON.stringify(batch), hasMoney: table.hasMoney() };
}

function settlement(request: SettleRequest, table: KeyTable): EncodedSettlement {
  const { callId, scopes, admittedAt, admittedTokens, tokens, costNanos, attemptId = '' } = request;
  const corrects = scopes.some((scope) => scope.tokensPerMinute !== null);
  return {
    call: callId,
    more: tokens === null ? 0 : tokens - admittedTokens,
    record: corrects ? table.record(callId, admittedAt) : 0,
    scopes: scopes.map((scope) => [scope.tokensPerMinute ?? NOT_LIMITED, table.scope(scope, admittedAt)]),
    money: costNanos === undefined ? 0 : table.money(callId),
    cost: costNanos ?? UNKNOWN_COST,
    attempt: attemptId,
  };
}

function admission(request: AdmitRequest, table: KeyTable): EncodedAdmission {
  const { callId, scopes, now, tokens, leaseUntil } = request;
  return {
    call: callId,
    now,
    tokens,
    ends: leaseUntil,
    record: table.record(callId, now),
    scopes: scopes.map((scope) => [
      scope.requestsPerMinute ?? NOT_LIMITED,
      scope.tokensPerMinute ?? NOT_LIMITED,
      scope.maxParallelRequests ?? NOT_LIMITED,
      table.scope(scope, now),
    ]),
    shares: sharesOf(scopes),
    money: moneyOf(request, table),
  };
}

/** Of a capacity that is not among the scopes nothing is told: the share's limits bind then. */
function sharesOf(scopes: readonly Scope[]): EncodedAdmission['shares'] {
  const shares: [number, number, number][] = [];
  scopes.forEach(({ share }, place) => {
    const capacity = share === undefined ? -1 : scopes.findIndex(({ id }) => id === share.of);
    if (share !== undefined && capacity >= 0) shares.push([place + 1, capacity + 1, share.saturation]);
  });
  return shares;
}

function moneyOf(request: AdmitRequest, table: KeyTable): EncodedMoney | undefined {
  const budgets = budgetsOf(request);
  const { callId, cost, now } = request;
  if (budgets.length === 0 || !cost) return undefined;
  const isEndless = budgets.some(({ resetAt }) => resetAt === null);
  return {
    call: table.money(callId),
    least: exact(cost.leastNanos),
    likely: exact(cost.likelyNanos),
    most: exact(cost.mostNanos),
    ends: isEndless ? 0 : Math.max(...budgets.map(({ resetAt }) => keptUntil(resetAt) ?? 0)),
    budgets: budgets.map((budget) => encodedBudget(budget, now, table)),
  };
}

/** JSON has no word for what is beyond all numbers. */
const exact = (nanos: number): number => Math.min(nanos, Number.MAX_SAFE_INTEGER);

function encodedBudget(
  { counter, maxNanos, resetAt, countedSince = 0 }: BudgetLimit,
  now: number,
  table: KeyTable,
): EncodedBudget {
  const start = windowStartOf(counter);
  return {
    number: table.budget(counter),
    most: maxNanos,
    start: start < countedSince ? MUST_BE_SEEDED : start,
    life: resetAt === null ? 0 : Math.max(1, (keptUntil(resetAt) ?? 0) - now),
  };
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

  counts(): Pick<EncodedBatch, 'scopes' | 'budgets' | 'records'> {
    return { scopes: this.scopes.size, budgets: this.budgets.size, records: this.wanted };
  }

  keys(): string[] {
    const money = this.hasMoney() ? [COUNTING, HOLDS, ...this.budgets.keys, ...this.calls.keys] : [];
    return [...this.scopes.keys, ...this.records.keys, ...money];
  }
}
