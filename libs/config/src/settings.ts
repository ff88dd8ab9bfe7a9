import { ALERTING_SETTINGS } from './settings/alerting.settings.js';
import { BUDGET_SETTINGS } from './settings/budget.settings.js';
import { CACHE_SETTINGS } from './settings/cache.settings.js';
import { DEPLOYMENT_SETTINGS } from './settings/deployment.settings.js';
import { GATEWAY_SETTINGS } from './settings/gateway.settings.js';
import { GROUP_SETTINGS } from './settings/group.settings.js';
import { GUARDRAIL_SETTINGS } from './settings/guardrail.settings.js';
import { MCP_SETTINGS } from './settings/mcp.settings.js';
import { ADJUSTMENT_SETTINGS } from './settings/price.settings.js';
import { ROUTER_SETTINGS } from './settings/router.settings.js';
import type { SettingRow } from './settings/setting-row.js';

/**
 * Every key that does something, by section. Sections are read by these names alone (the type of `Section`), and
 * `SETTINGS.md` is made from this table. A `*` stands for a name of the file's own.
 */
export const SETTINGS = {
  '': {
    environment_variables: [
      'none',
      'variables that are set, over the real ones, before anything else is read',
    ],
    include: ['none', 'further files: lists are joined, mappings merged, what is included wins'],
    model_list: ['empty', 'the deployments'],
    router_settings: ['', 'routing, retries, fallbacks'],
    litellm_settings: ['', 'behaviour of calls'],
    general_settings: ['', 'the gateway itself'],
    credential_list: ['empty', 'named credentials that deployments share'],
    guardrails: ['none', 'what looks at requests and answers, and may change or refuse them'],
    mcp_servers: ['none', 'servers of tools (Model Context Protocol) by name'],
  },
  ...DEPLOYMENT_SETTINGS,
  ...ROUTER_SETTINGS,
  ...GROUP_SETTINGS,
  ...GATEWAY_SETTINGS,
  ...BUDGET_SETTINGS,
  ...CACHE_SETTINGS,
  ...ADJUSTMENT_SETTINGS,
  ...ALERTING_SETTINGS,
  ...GUARDRAIL_SETTINGS,
  ...MCP_SETTINGS,
} as const satisfies Record<string, Record<string, SettingRow>>;

export type SectionName = keyof typeof SETTINGS;
export type KeyOf<Name extends SectionName> = keyof (typeof SETTINGS)[Name] & string;
