import { NO_USAGE, type Usage } from '@tollgate/contracts';
import { isObject } from '../json/json.js';
import { countOf, fieldOf, firstCount } from './count.js';

/**
 * Disjoint counts from the usage of Bedrock's Converse, whose input, cache read and cache write are disjoint already.
 * Null when it holds no count of tokens; never throws.
 */
export function usageOfConverse(raw: unknown): Usage | null {
  if (!isObject(raw)) return null;
  const input = countOf(raw['inputTokens']);
  const output = countOf(raw['outputTokens']);
  if (input === undefined && output === undefined) return null;
  const cacheWrite = firstCount(raw['cacheWriteInputTokens']);
  const cacheWrite1h = Math.min(cacheWrite, writtenForAnHour(raw['cacheDetails']));
  return {
    ...NO_USAGE,
    input: input ?? 0,
    cacheRead: firstCount(raw['cacheReadInputTokens']),
    cacheWrite5m: cacheWrite - cacheWrite1h,
    cacheWrite1h,
    output: output ?? 0,
  };
}

/** Of `[{ ttl: '1h', inputTokens }]`. */
function writtenForAnHour(details: unknown): number {
  const parts: readonly unknown[] = Array.isArray(details) ? details : [];
  return parts.reduce<number>(
    (sum, part) => (fieldOf(part, 'ttl') === '1h' ? sum + firstCount(fieldOf(part, 'inputTokens')) : sum),
    0,
  );
}
