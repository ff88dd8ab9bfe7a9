import type { HedgeSettings } from '@tollgate/config';
import type { RouterReport } from '@tollgate/contracts';
import { LatencyWindow } from './latency-window.js';

type HedgeCounts = Omit<RouterReport['hedges'][number], 'model'>;
type MutableCounts = { -readonly [Key in keyof HedgeCounts]: HedgeCounts[Key] };

const NOTHING: HedgeCounts = { calls: 0, hedged: 0, won: 0, savedMs: 0, costNanos: 0, extraCostNanos: 0 };

/** A first hedge must be possible before there is any traffic to take a share of. */
const FREE_HEDGES = 1;
const TAIL = 0.95;
/** After so many calls what was before weighs half: a share that nobody used is not saved up. */
const RECENT_CALLS = 1_024;

interface Book {
  readonly streams: LatencyWindow;
  readonly wholes: LatencyWindow;
  /** Of this replica, since its last report. */
  news: MutableCounts;
  /** Of all replicas. */
  readonly total: MutableCounts;
  /** Of the newest calls of all replicas: the share is one of these. */
  readonly recent: MutableCounts;
  /** Under way on this replica. */
  open: number;
}

export interface HedgeEnd {
  readonly won: boolean;
  /** How long the first attempt had been waited for when the second answered (ms). */
  readonly elapsedMs: number;
  readonly stream: boolean;
  /** What the attempt that lost has cost; null: nobody knows. */
  readonly extraCostNanos: number | null;
}

/** When a second deployment is asked, how often that may be, and what it brought; by model group. */
export class HedgeBook {
  private readonly books = new Map<string, Book>();

  /** A call of the group ended well: its latency (to the first token for streams, in ms) and its cost. */
  observed(model: string, call: { stream: boolean; latencyMs: number; costNanos: number | null }): void {
    const book = this.bookOf(model);
    (call.stream ? book.streams : book.wholes).add(call.latencyMs);
    count(book, { calls: 1, costNanos: call.costNanos ?? 0 });
  }

  /** After how many milliseconds a second deployment is asked; null: not, for want of experience or of budget. */
  delayFor(model: string, stream: boolean, settings: HedgeSettings): number | null {
    const book = this.bookOf(model);
    if (!mayHedge(book, settings)) return null;
    return settings.delayMs ?? (stream ? book.streams : book.wholes).quantile(TAIL);
  }

  /** A second deployment is asked now. False when another call was quicker to take what the share leaves. */
  begin(model: string, settings: HedgeSettings): boolean {
    const book = this.bookOf(model);
    if (!mayHedge(book, settings)) return false;
    book.open += 1;
    count(book, { hedged: 1 });
    return true;
  }

  /** There is nobody to ask after all. */
  withdraw(model: string): void {
    const book = this.bookOf(model);
    book.open = Math.max(0, book.open - 1);
    count(book, { hedged: -1 });
  }

  /** A hedged call is over. What it saved is an estimate: how much longer calls as slow as the loser usually take. */
  end(model: string, { won, elapsedMs, stream, extraCostNanos }: HedgeEnd): void {
    const book = this.bookOf(model);
    book.open = Math.max(0, book.open - 1);
    const window = stream ? book.streams : book.wholes;
    count(book, {
      won: won ? 1 : 0,
      savedMs: won ? window.residual(elapsedMs) : 0,
      extraCostNanos: extraCostNanos ?? 0,
    });
  }

  /** What happened here since it was last asked. */
  take(): RouterReport['hedges'] {
    return [...this.books].flatMap(([model, book]) => {
      const { news } = book;
      if (Object.values(news).every((value) => value === 0)) return [];
      book.news = { ...NOTHING };
      return [{ model, ...news }];
    });
  }

  /** What another replica has seen. */
  apply(hedges: RouterReport['hedges']): void {
    for (const { model, ...counts } of hedges) learn(this.bookOf(model), counts);
  }

  report(): { model: string; counts: HedgeCounts; delayMs: number | null }[] {
    return [...this.books].map(([model, { total, streams, wholes }]) => ({
      model,
      counts: { ...total },
      delayMs: streams.quantile(TAIL) ?? wholes.quantile(TAIL),
    }));
  }

  private bookOf(model: string): Book {
    let book = this.books.get(model);
    if (book === undefined) {
      book = {
        streams: new LatencyWindow(),
        wholes: new LatencyWindow(),
        news: { ...NOTHING },
        total: { ...NOTHING },
        recent: { ...NOTHING },
        open: 0,
      };
      this.books.set(model, book);
    }
    return book;
  }
}

/** Neither the calls that are hedged nor what losers cost may be more than the share of all. */
function mayHedge({ recent, open }: Book, { maxShare }: HedgeSettings): boolean {
  if (recent.hedged >= maxShare * recent.calls + FREE_HEDGES) return false;
  // One that is under way will cost about what a call costs.
  const expected = recent.calls === 0 ? 0 : (open + 1) * (recent.costNanos / recent.calls);
  return recent.extraCostNanos + expected <= maxShare * recent.costNanos + expected * FREE_HEDGES;
}

function count(book: Book, counts: Partial<HedgeCounts>): void {
  add(book.news, counts);
  learn(book, counts);
}

function learn({ total, recent }: Book, counts: Partial<HedgeCounts>): void {
  add(total, counts);
  add(recent, counts);
  while (recent.calls >= RECENT_CALLS)
    for (const key of Object.keys(NOTHING) as (keyof HedgeCounts)[]) recent[key] /= 2;
}

function add(sum: MutableCounts, counts: Partial<HedgeCounts>): void {
  for (const key of Object.keys(NOTHING) as (keyof HedgeCounts)[]) sum[key] += counts[key] ?? 0;
}
