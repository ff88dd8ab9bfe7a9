import type { ProviderLimits } from '@tollgate/contracts';
import { LIMIT_HEADERS, type LimitHeaders } from './limit-headers.js';
import { headerValue, waitMs, type HeaderValues } from './retry-after.js';

type Limit = NonNullable<ProviderLimits['requests']>;

/**
 * What an answer's headers tell of the provider's rate limits, good and bad answers alike; undefined when they tell nothing.
 * Of several limits of one kind the one with the least left counts. `now`: epoch milliseconds.
 */
export function providerLimits(headers: HeaderValues, now: number): ProviderLimits | undefined {
  const tightest: { requests?: Limit; tokens?: Limit } = {};
  let isTold = false;
  for (const names of LIMIT_HEADERS) {
    const remaining = headerValue(headers, names.remaining);
    const limit = remaining ? limitOf(headers, names, Number(remaining), now) : undefined;
    if (limit === undefined || limit.remaining >= (tightest[names.kind]?.remaining ?? Infinity)) continue;
    tightest[names.kind] = limit;
    isTold = true;
  }
  return isTold ? tightest : undefined;
}

function limitOf(
  headers: HeaderValues,
  names: LimitHeaders,
  remaining: number,
  now: number,
): Limit | undefined {
  // NOTE some say -1 where there is no limit.
  if (!Number.isFinite(remaining) || remaining < 0) return undefined;
  const limit = Number(headerValue(headers, names.limit) ?? NaN);
  const wait = waitMs(headerValue(headers, names.reset), now);
  return {
    limit: Number.isFinite(limit) && limit > 0 ? limit : null,
    remaining,
    resetMs: wait === undefined ? null : Math.max(0, Math.round(wait)),
  };
}
