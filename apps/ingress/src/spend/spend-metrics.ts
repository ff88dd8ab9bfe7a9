import type { SpendMetrics, SpendReportRow } from '@tollgate/contracts';
import { toDollars } from '../dollars.js';

/** Sums as LiteLLM's daily activities have them. */
export interface ActivityMetrics {
  readonly spend: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly total_tokens: number;
  readonly successful_requests: number;
  readonly failed_requests: number;
  readonly api_requests: number;
}

const NOTHING: SpendMetrics = {
  spendNanos: 0,
  promptTokens: 0,
  completionTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  requests: 0,
  failures: 0,
};

export function activityMetrics(sum: SpendMetrics): ActivityMetrics {
  return {
    spend: toDollars(sum.spendNanos),
    prompt_tokens: sum.promptTokens,
    completion_tokens: sum.completionTokens,
    cache_read_input_tokens: sum.cacheReadTokens,
    cache_creation_input_tokens: sum.cacheWriteTokens,
    total_tokens: sum.promptTokens + sum.completionTokens,
    successful_requests: sum.requests - sum.failures,
    failed_requests: sum.failures,
    api_requests: sum.requests,
  };
}

/** The rows of each value, in the order in which the values first appear. */
export function grouped(
  rows: readonly SpendReportRow[],
  valueOf: (row: SpendReportRow) => string,
): Map<string, SpendReportRow[]> {
  const groups = new Map<string, SpendReportRow[]>();
  for (const row of rows) {
    const value = valueOf(row);
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [row]);
    else group.push(row);
  }
  return groups;
}

export function summed(rows: readonly SpendMetrics[]): SpendMetrics {
  const sum = { ...NOTHING };
  for (const row of rows)
    for (const name of Object.keys(NOTHING) as (keyof SpendMetrics)[]) sum[name] += row[name];
  return sum;
}
