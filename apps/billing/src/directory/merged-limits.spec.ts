import { NO_LIMITS, type Budget, type Limits } from '@tollgate/contracts';
import { mergedLimits } from './merged-limits.js';

const budget = (window: string | null, maxNanos: number | null, softNanos: number | null = null): Budget => ({
  window,
  maxNanos,
  softNanos,
});
const withBudgets = (...budgets: Budget[]): Limits => ({ ...NO_LIMITS, budgets });

describe('mergedLimits', () => {
  it('takes from the tier what own limits do not say', () => {
    const own = { ...NO_LIMITS, requestsPerMinute: 0, temporaryIncrease: { nanos: 1, until: 2 } };
    const tier = { ...NO_LIMITS, requestsPerMinute: 5, tokensPerMinute: 6, maxParallelRequests: 7 };
    expect(mergedLimits(own, tier)).toEqual({ ...own, tokensPerMinute: 6, maxParallelRequests: 7 });
    expect(mergedLimits(NO_LIMITS, tier)).toEqual(tier);
  });

  it("puts a hard budget of one's own in the place of every hard one of the tier", () => {
    const tier = withBudgets(budget('1d', 10, 8), budget('1mo', 100));
    expect(mergedLimits(withBudgets(budget('7d', 50)), tier).budgets).toEqual([
      budget('7d', 50),
      budget('1d', null, 8),
    ]);
  });

  it("lifts no hard budget by a soft one of one's own", () => {
    const tier = withBudgets(budget('1mo', 100, 80));
    expect(mergedLimits(withBudgets(budget('1mo', null, 20)), tier).budgets).toEqual([
      budget('1mo', 100, 20),
    ]);
    expect(mergedLimits(withBudgets(budget(null, null, 20)), tier).budgets).toEqual([
      budget(null, null, 20),
      budget('1mo', 100),
    ]);
  });

  it('merges the limits of each model name', () => {
    const rates = { requestsPerMinute: 1, tokensPerMinute: null, maxParallelRequests: null, budgets: [] };
    const own = { ...NO_LIMITS, models: { a: rates, b: rates } };
    const tier = {
      ...NO_LIMITS,
      models: { b: { ...rates, requestsPerMinute: 9, tokensPerMinute: 2 }, c: rates },
    };
    expect(mergedLimits(own, tier).models).toEqual({
      a: rates,
      b: { ...rates, tokensPerMinute: 2 },
      c: rates,
    });
  });

  it('stays within what a record may hold', () => {
    const many = (from: number): Budget[] =>
      Array.from({ length: 16 }, (_, index) => budget(`${from + index}h`, null, 1));
    const merged = mergedLimits(withBudgets(budget('1mo', 3)), withBudgets(...many(1)));
    expect(merged.budgets).toHaveLength(16);
    expect(merged.budgets).toContainEqual(budget('1mo', 3));
  });
});
