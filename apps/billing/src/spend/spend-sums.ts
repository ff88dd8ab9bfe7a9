import { Inject, Injectable } from '@nestjs/common';
import { queryPrepared, toSafeInteger, type Database } from '@tollgate/database';
import { DATABASE } from '../tokens.js';
import { SUM_SPEND } from './spend-sums.sql.js';

/** What was spent on one provider, deployment or tag since a time (epoch ms). */
export interface SpendScope {
  readonly kind: 'provider' | 'deployment' | 'tag';
  readonly value: string;
  readonly from: number;
}

interface Settled {
  /** Of rows that started before `until`; epoch ms. */
  readonly nanos: number;
  readonly until: number;
  /** Epoch ms. */
  readonly summedAt: number;
}

interface SumRow {
  readonly position: number;
  readonly settled: string;
  readonly recent: string;
}

/** Rows that started longer ago are summed again only now and then: few of them still come, or change. */
const SETTLED_MS = 10 * 60_000;
const SUM_AGAIN_MS = 60_000;
const MOST_SETTLED = 10_000;

/**
 * Sums the ledger's costs by scope. Routers ask once a second, for windows of up to a month: the part of a window that is long
 * over is remembered for a minute, and only the rest is summed every time. A row that comes late counts within a minute.
 */
@Injectable()
export class SpendSums {
  private readonly settled = new Map<string, Settled>();
  /** Sums wait for each other: after a long one the next finds most of its work done. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Nano-dollars, in the order of the scopes. `now`: epoch ms. */
  sum(scopes: readonly SpendScope[], now = Date.now()): Promise<number[]> {
    const sums = this.last.then(() => this.sumNext(scopes, now));
    this.last = sums.catch(() => undefined);
    return sums;
  }

  private async sumNext(scopes: readonly SpendScope[], now: number): Promise<number[]> {
    const parts = scopes.map((scope) => {
      const from = Math.ceil(scope.from);
      const known = this.settledOf(scope, now);
      const until = known?.until ?? Math.max(from, Math.floor(now - SETTLED_MS));
      return { scope, known, until, since: known?.until ?? from };
    });
    const asked = parts.map(({ scope: { kind, value }, since, until }, position) => {
      return { position, kind, value, since, until };
    });
    const rows = await queryPrepared<SumRow>(this.database.dataSource, SUM_SPEND, [JSON.stringify(asked)]);
    const byPosition = new Map(rows.map((row) => [row.position, row]));
    return parts.map(({ scope, known, until }, position) => {
      const row = byPosition.get(position);
      const settled = known?.nanos ?? toSafeInteger(row?.settled ?? 0);
      if (known === undefined) this.remember(scope, { nanos: settled, until, summedAt: now });
      return settled + toSafeInteger(row?.recent ?? 0);
    });
  }

  private settledOf(scope: SpendScope, now: number): Settled | undefined {
    const settled = this.settled.get(keyOf(scope));
    return settled !== undefined && now - settled.summedAt < SUM_AGAIN_MS ? settled : undefined;
  }

  /** The one that was summed longest ago makes room. */
  private remember(scope: SpendScope, settled: Settled): void {
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

const keyOf = ({ kind, value, from }: SpendScope): string => `${kind} ${from} ${value}`;
