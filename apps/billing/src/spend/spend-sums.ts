import { Inject, Injectable } from '@nestjs/common';
import type { ScopeKind } from '@tollgate/contracts';
import { queryPrepared, toSafeInteger, type Database } from '@tollgate/database';
import { boundedName, startOf } from '../ledger/sums-of-events.js';
import { DATABASE } from '../tokens.js';
import { SUM_SPEND } from './spend-sums.sql.js';

/** What was spent on something from one time to another (epoch ms; `until` absent: to the newest row). */
export interface SummedScope {
  /** `personal`: of a user, but not for a team. */
  readonly kind: ScopeKind | 'personal' | 'provider' | 'deployment';
  readonly value: string;
  readonly from: number;
  readonly until?: number;
  /** Calls for this model name only, which may be a pattern with `*`. */
  readonly model?: string | null;
}

interface SumRow {
  readonly position: number;
  readonly nanos: string;
}

interface Settled {
  /** Of rows from the scope's start to `until`; epoch ms. */
  readonly nanos: number;
  readonly until: number;
  /** Epoch ms. */
  readonly summedAt: number;
}

const HOUR_MS = 3_600_000;
/** What is older than a whole hour is summed again only now and then: few rows still come for it, or change. */
const SETTLED_MS = HOUR_MS;
const SUM_AGAIN_MS = 60_000;
const MOST_SETTLED = 10_000;

/** Sums the ledger's costs by scope, from hours and days, and from rows where a time begins between two hours. */
@Injectable()
export class SpendSums {
  private readonly settled = new Map<string, Settled>();

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Nano-dollars, in the order of the scopes: what the ledger holds at the moment of the read. */
  async exact(scopes: readonly SummedScope[]): Promise<number[]> {
    const starts = scopes.map((scope) => ({ scope, since: scope.from }));
    const ends = scopes.map((scope) => ({ scope, since: scope.until ?? Infinity }));
    const sums = await this.since([...starts, ...ends]);
    return scopes.map((_scope, index) => toSafeInteger(at(sums, index) - at(sums, scopes.length + index)));
  }

  /**
   * As `exact`, for those who ask once a second: what is long over is remembered for a minute, so a row that comes late counts
   * within one. `now`: epoch ms.
   */
  async recent(scopes: readonly SummedScope[], now = Date.now()): Promise<number[]> {
    const border = startOf(now - SETTLED_MS, 1);
    const parts = scopes.map((scope) => {
      const known = this.settledOf(scope, now);
      return { scope, known, until: known?.until ?? Math.max(scope.from, border) };
    });
    const recents = parts.map(({ scope, until }) => ({ scope, since: until }));
    const wholes = parts.map(({ scope, known }) => ({
      scope,
      since: known === undefined ? scope.from : Infinity,
    }));
    const sums = await this.since([...recents, ...wholes]);
    return parts.map(({ scope, known, until }, index) => {
      const recent = at(sums, index);
      const settled = known?.nanos ?? toSafeInteger(at(sums, parts.length + index) - recent);
      if (known === undefined) this.remember(scope, { nanos: settled, until, summedAt: now });
      return toSafeInteger(BigInt(settled) + recent);
    });
  }

  /** What was spent from a time on, in one statement: of one moment. Times that never come cost nothing. */
  private async since(
    asked: readonly { readonly scope: SummedScope; readonly since: number }[],
  ): Promise<bigint[]> {
    const sums = asked.map(() => 0n);
    const scopes = asked.flatMap(({ scope, since }, position) =>
      since === Infinity ? [] : [{ position, ...parameterOf(scope, since) }],
    );
    if (scopes.length === 0) return sums;
    const rows = await queryPrepared<SumRow>(this.database.dataSource, SUM_SPEND, [JSON.stringify(scopes)]);
    for (const { position, nanos } of rows) sums[position] = BigInt(nanos);
    return sums;
  }

  private settledOf(scope: SummedScope, now: number): Settled | undefined {
    const settled = this.settled.get(keyOf(scope));
    return settled !== undefined && now - settled.summedAt < SUM_AGAIN_MS ? settled : undefined;
  }

  /** The one that was summed longest ago makes room. */
  private remember(scope: SummedScope, settled: Settled): void {
    const key = keyOf(scope);
    this.settled.delete(key);
    this.settled.set(key, settled);
    if (this.settled.size <= MOST_SETTLED) return;
    for (const oldest of this.settled.keys()) {
      this.settled.delete(oldest);
      break;
    }
  }
}

const at = (sums: readonly bigint[], index: number): bigint => sums[index] ?? 0n;

const keyOf = ({ kind, value, from, model }: SummedScope): string =>
  `${kind} ${from} ${model ?? ''} ${value}`;

function parameterOf({ kind, value, model }: SummedScope, from: number): object {
  const since = Math.ceil(from);
  return {
    kind,
    value,
    bounded: boundedName(value),
    model: model === null || model === undefined ? null : likePattern(model),
    since,
    since_hour: nextStart(since, 1),
    since_day: nextStart(since, 24),
  };
}

/** The first hour or day that begins at a time or after it. */
const nextStart = (time: number, hours: number): number => startOf(time + hours * HOUR_MS - 1, hours);

const likePattern = (model: string): string => model.replace(/[\\%_]/g, String.raw`\$&`).replaceAll('*', '%');
