import type { SpendDimension, SpendReportRow } from '@tollgate/contracts';
import type { KeyNames } from './names.js';
import { activityMetrics, grouped, summed, type ActivityMetrics } from './spend-metrics.js';

/** The names that an activity's breakdown needs. */
export interface ActivityNames {
  readonly keys: ReadonlyMap<string, KeyNames>;
  readonly entities: ReadonlyMap<string, string>;
}

interface Line {
  readonly metrics: ActivityMetrics;
  readonly metadata: object;
}

const keyMetadata = (hash: string, { keys }: ActivityNames): object => ({
  key_alias: keys.get(hash)?.alias ?? null,
  team_id: keys.get(hash)?.teamId ?? null,
});

/** LiteLLM's daily activity: days, each with what it breaks down to. Rows are by day, model, group, provider, key and entity. */
export function activityDays(
  rows: readonly SpendReportRow[],
  entity: SpendDimension,
  names: ActivityNames,
): object[] {
  return [...grouped(rows, ({ by }) => by['day'] ?? '')].map(([date, ofDay]) => ({
    date,
    metrics: activityMetrics(summed(ofDay)),
    breakdown: {
      models: withKeys(ofDay, 'upstreamModel', names),
      model_groups: withKeys(ofDay, 'group', names),
      providers: withKeys(ofDay, 'provider', names),
      endpoints: {},
      mcp_servers: {},
      api_keys: broken(ofDay, 'key', (hash) => keyMetadata(hash, names)),
      entities: Object.fromEntries(
        [...grouped(ofDay, ({ by }) => by[entity] ?? 'Unassigned')].map(([id, some]) => [
          id,
          {
            metrics: activityMetrics(summed(some)),
            metadata: { alias: names.entities.get(id) ?? null },
            api_key_breakdown: broken(some, 'key', (hash) => keyMetadata(hash, names)),
          },
        ]),
      ),
    },
  }));
}

function broken(
  rows: readonly SpendReportRow[],
  dimension: SpendDimension,
  metadataOf: (value: string) => object,
): Record<string, Line> {
  return Object.fromEntries(
    [...grouped(rows, ({ by }) => by[dimension] ?? '')].map(([value, some]) => [
      value,
      { metrics: activityMetrics(summed(some)), metadata: metadataOf(value) },
    ]),
  );
}

function withKeys(
  rows: readonly SpendReportRow[],
  dimension: SpendDimension,
  names: ActivityNames,
): Record<string, object> {
  return Object.fromEntries(
    [...grouped(rows, ({ by }) => by[dimension] ?? '')].map(([value, some]) => [
      value,
      {
        metrics: activityMetrics(summed(some)),
        metadata: {},
        api_key_breakdown: broken(some, 'key', (hash) => keyMetadata(hash, names)),
      },
    ]),
  );
}

/** A page's rows in sums, and whether there are more pages. */
export function activityMetadata(
  rows: readonly SpendReportRow[],
  { page, pages }: { readonly page: number; readonly pages: number },
): object {
  const sum = activityMetrics(summed(rows));
  return {
    total_spend: sum.spend,
    total_prompt_tokens: sum.prompt_tokens,
    total_completion_tokens: sum.completion_tokens,
    total_tokens: sum.total_tokens,
    total_api_requests: sum.api_requests,
    total_successful_requests: sum.successful_requests,
    total_failed_requests: sum.failed_requests,
    total_cache_read_input_tokens: sum.cache_read_input_tokens,
    total_cache_creation_input_tokens: sum.cache_creation_input_tokens,
    page,
    total_pages: pages,
    has_more: page < pages,
  };
}
