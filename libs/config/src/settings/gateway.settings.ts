import { ALERTING_ROWS } from './alerting.settings.js';
import { BUDGET_ROWS, BUDGET_RULE_ROWS } from './budget.settings.js';
import { CACHE_ROWS } from './cache.settings.js';
import { ADJUSTMENT_ROWS } from './price.settings.js';
import type { SettingRow } from './setting-row.js';

export const GATEWAY_SETTINGS = {
  litellm_settings: {
    guardrails: ['none', 'as at the top level'],
    drop_params: ['`false`', 'leave out parameters that a provider does not know'],
    request_timeout: ['600', 'seconds for a whole call, unless the router has a timeout'],
    num_retries: ['2', 'as in `router_settings`, which wins'],
    allowed_fails: ['none', 'as in `router_settings`, which wins'],
    fallbacks: ['none', 'as in `router_settings`, which wins name by name'],
    default_fallbacks: ['none', 'as in `router_settings`, which wins'],
    context_window_fallbacks: ['none', 'as in `router_settings`, which wins name by name'],
    content_policy_fallbacks: ['none', 'as in `router_settings`, which wins name by name'],
    model_alias_map: ['none', 'further name → name'],
    tag_budget_config: ['none', 'tag → what calls with it may cost, as in `provider_budget_config`'],
    ...BUDGET_ROWS,
    ...ADJUSTMENT_ROWS,
    ...CACHE_ROWS,
    timezone: ['`UTC`', 'where budget windows begin, such as `Europe/Berlin`'],
  },
  general_settings: {
    master_key: [
      '`TOLLGATE_MASTER_KEY`, `LITELLM_MASTER_KEY`',
      'the key that may do everything; `sk-` and at least 13 more characters',
    ],
    dangerously_permit_weak_or_unset_master_key: [
      '`LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY`, else `false`',
      'accept a master key that can be guessed',
    ],
    store_model_in_db: [
      '`STORE_MODEL_IN_DB`, else `true`',
      '`false`: models cannot be added through the API, and those that were are not served; `true`: names that only these have are no mistakes',
    ],
    database_url: ['`DATABASE_URL`', 'PostgreSQL of the distributed mode'],
    litellm_key_header_name: ['none', 'a further header that may hold the key'],
    user_api_key_cache_ttl: ['60', 'seconds that ingress trusts its copy of a key'],
    max_request_size_mb: ['100', 'largest request body'],
    always_include_stream_usage: ['`false`', 'send usage at the end of every stream'],
    maximum_spend_logs_retention_period: [
      'none',
      'how long rows of the ledger are kept, such as `90d`: a month of them goes when all are older; sums stay',
    ],
    pass_through_endpoints: ['none', "somebody else's APIs at paths of the gateway"],
    on_state_down: ['`refuse`', "`refuse` or `allow` calls while shared state is away (Tollgate's own)"],
    realtime_session_timeout: ['3600', "seconds that a realtime session may last (Tollgate's own)"],
    ...BUDGET_RULE_ROWS,
    ...ALERTING_ROWS,
  },
  'general_settings.pass_through_endpoints[]': {
    path: [
      'required',
      'where the gateway has it, such as `/search`; it comes before a path of the gateway itself',
    ],
    target: ['required', 'URL that stands for the path'],
    headers: [
      'none',
      'header → value, best as `os.environ/NAME`, for every request: workers alone need them',
    ],
    include_subpath: ['`false`', 'paths below it too; so does a `/*` at the end of `path`'],
    forward_headers: [
      '`false`',
      "the client's headers go along, but for its credentials; else those that begin with `x-pass-`, without that",
    ],
    default_query_params: ['none', 'parameter → value, where the query has it not'],
    methods: ['all', 'methods of HTTP'],
    cost_per_request: ['0', 'dollars that a request is billed'],
    auth: ['`true`', 'a key is always asked for: `false` is accepted with a warning'],
  },
  'credential_list[]': {
    credential_name: ['required', 'what `litellm_credential_name` refers to'],
    credential_values: ['empty', '`api_key`, `api_base`, `api_version`, `organization`'],
  },
} as const satisfies Record<string, Record<string, SettingRow>>;
