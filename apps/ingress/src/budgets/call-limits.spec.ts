import { NO_LIMITS, type Limits, type ScopeRecord } from '@tollgate/contracts';
import { LimitBook } from './call-limits.js';

const NOW = Date.UTC(2026, 10, 24, 12);
const MONTH = Date.UTC(2026, 10, 1);
const DECEMBER = Date.UTC(2026, 11, 1);

const record = (limits: Partial<Limits>, change: Partial<ScopeRecord> = {}): ScopeRecord => ({
  kind: 'team',
  id: '7',
  alias: null,
  blocked: false,
  models: [],
  limits: { ...NO_LIMITS, ...limits },
  metadata: {},
  ...change,
});

const hard = (window: string | null, maxNanos: number) => ({ window, maxNanos, softNanos: null });
const book = new LimitBook('UTC');

describe('what binds a call', () => {
  it('is nothing where nothing is limited', () => {
    const soft = record({ budgets: [{ window: '1d', maxNanos: null, softNanos: 5 }] });
    expect(book.of([record({}), soft], 'chat', NOW)).toEqual({ scopes: [], budgets: [] });
  });

  it('are the rate limits and hard budgets of every scope, with counters of the running window', () => {
    const limits = record(
      { requestsPerMinute: 10, budgets: [hard('30d', 100), hard(null, 500)] },
      { changedAt: 42 },
    );
    expect(book.of([limits], 'chat', NOW)).toEqual({
      scopes: [{ id: 'team:7', requestsPerMinute: 10, tokensPerMinute: null, maxParallelRequests: null }],
      budgets: [
        {
          counter: `team:7||30d|${MONTH}`,
          scope: 'team:7',
          window: '30d',
          maxNanos: 100,
          resetAt: DECEMBER,
          countedSince: 42,
        },
        {
          counter: 'team:7|||0',
          scope: 'team:7',
          window: null,
          maxNanos: 500,
          resetAt: null,
          countedSince: 42,
        },
      ],
    });
  });

  it('goes on to the next window by itself', () => {
    const limits = record({ budgets: [hard('1d', 100)] });
    const startAt = (now: number): string => book.of([limits], 'chat', now).budgets[0]!.counter;
    expect(startAt(NOW)).toBe(`team:7||1d|${Date.UTC(2026, 10, 24)}`);
    expect(startAt(NOW + 12 * 3_600_000)).toBe(`team:7||1d|${Date.UTC(2026, 10, 25)}`);
    expect(startAt(NOW)).toBe(`team:7||1d|${Date.UTC(2026, 10, 24)}`);
  });

  it('are those of the model too, for models of the name or the pattern', () => {
    const own = { requestsPerMinute: null, tokensPerMinute: 9, maxParallelRequests: null };
    const limits = record({ models: { 'openai/*': { ...own, budgets: [hard('1d', 3)] } } });
    expect(book.of([limits], 'chat', NOW).budgets).toEqual([]);
    const { scopes, budgets } = book.of([limits], 'openai/gpt-5', NOW);
    expect(scopes).toMatchObject([{ id: 'team:7|openai/*', tokensPerMinute: 9 }]);
    expect(budgets).toMatchObject([{ counter: `team:7|openai%2F*|1d|${Date.UTC(2026, 10, 24)}` }]);
  });

  it('has more room while an increase lasts', () => {
    const limits = record({
      budgets: [hard('1d', 100)],
      temporaryIncrease: { nanos: 50, until: NOW + 1 },
    });
    expect(book.of([limits], 'chat', NOW).budgets[0]?.maxNanos).toBe(150);
    expect(book.of([limits], 'chat', NOW + 1).budgets[0]?.maxNanos).toBe(100);
  });
});
