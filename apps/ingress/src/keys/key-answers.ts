import type { DirectoryEntry, KeyRecord, SpentKey } from '@tollgate/contracts';
import { tierTable } from '../admin/budget-table.js';
import { shownRecord } from '../admin/fields/show-record.js';
import { budgetResetAt } from '../admin/limits/show-limits.js';
import type { Moment } from '../admin/moment.js';
import { toDollars } from '../dollars.js';
import { KEY_FIELDS } from './key-fields.js';
import { shownRouterSettings } from './router-settings.js';

const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

/** What every answer tells of a key, in LiteLLM's fields. */
function common(key: KeyRecord, tier: DirectoryEntry | undefined, moment: Moment): Record<string, unknown> {
  return {
    key_name: key.name,
    ...shownRecord(key, KEY_FIELDS),
    expires: iso(key.expiresAt),
    aliases: key.routing?.aliases ?? {},
    router_settings: shownRouterSettings(key.routing),
    allowed_cache_controls: [],
    model_spend: {},
    budget_reset_at: budgetResetAt(key.limits, moment.now, moment.timeZone),
    litellm_budget_table: tierTable(tier, moment),
    created_at: iso(key.createdAt),
    created_by: key.createdBy,
    updated_at: iso(key.updatedAt),
    updated_by: key.updatedBy,
  };
}

/** `POST /key/generate` and `regenerate`: the only answers that ever hold a key itself. */
export const generatedKey = (
  text: string,
  { key, spendNanos }: Pick<SpentKey, 'key' | 'spendNanos'>,
  tier: DirectoryEntry | undefined,
  moment: Moment,
) => ({
  ...common(key, tier, moment),
  key: text,
  token: key.hash,
  token_id: key.hash,
  spend: toDollars(spendNanos),
});

/** A key's row. `token` is the hash; `/key/info` leaves it out. */
export const keyRow = (
  { key, spendNanos, lastActiveAt, status }: SpentKey,
  tier: DirectoryEntry | undefined,
  moment: Moment,
): Record<string, unknown> => ({
  token: key.hash,
  ...common(key, tier, moment),
  spend: toDollars(spendNanos),
  last_active: iso(lastActiveAt),
  ...(status === 'deleted' && { status }),
});
