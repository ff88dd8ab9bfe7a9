import type { KeyRecord } from '@tollgate/contracts';
import { toDollars } from '../dollars.js';
import { shownRouterSettings } from './router-settings.js';

const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

/** What both answers tell of a key, in LiteLLM's fields. */
const common = (key: KeyRecord) => ({
  key_name: key.name,
  key_alias: key.alias,
  expires: iso(key.expiresAt),
  models: key.models,
  user_id: key.userId,
  team_id: key.teamId,
  metadata: key.metadata,
  router_settings: shownRouterSettings(key.routing),
  rpm_limit: key.limits.requestsPerMinute,
  tpm_limit: key.limits.tokensPerMinute,
  max_parallel_requests: key.limits.maxParallelRequests,
  max_budget: null,
  budget_duration: null,
  blocked: false,
  created_at: iso(key.createdAt),
  updated_at: iso(key.updatedAt),
  litellm_budget_table: null,
});

/** `POST /key/generate`: the only answer that ever holds the key itself. */
export const generatedKey = (text: string, key: KeyRecord, createdBy: string) => ({
  ...common(key),
  key: text,
  token: key.hash,
  token_id: key.hash,
  spend: 0,
  created_by: createdBy,
  updated_by: createdBy,
});

/** `GET /key/info`. */
export const keyInfo = (key: KeyRecord, spendNanos: number) => ({
  key: key.hash,
  info: {
    ...common(key),
    spend: toDollars(spendNanos),
    aliases: {},
    config: {},
    permissions: {},
    organization_id: null,
    soft_budget: null,
    budget_reset_at: null,
    budget_id: null,
    model_spend: {},
    model_max_budget: {},
  },
});
