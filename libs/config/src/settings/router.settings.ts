import type { SettingRow } from './setting-row.js';

const CHAINS = 'name → names to try when it fails; `*` for every other name';

export const ROUTER_SETTINGS = {
  router_settings: {
    routing_strategy: [
      '`simple-shuffle`',
      'how a deployment is picked: `simple-shuffle`, `least-busy`, `latency-based-routing`, `usage-based-routing`, ' +
        "`usage-based-routing-v2`, `cost-based-routing`, or Tollgate's own `adaptive`",
    ],
    routing_strategy_args: ['', 'arguments of the strategy'],
    num_retries: ['2', 'further attempts after a failure that may pass'],
    retry_policy: ['none', 'the same by class of error'],
    model_group_retry_policy: ['none', 'name → its `retry_policy`, as in `model_group_settings`'],
    retry_after: ['0', 'least seconds between two attempts'],
    retry_budget: [
      '0.2',
      "share of all calls that retries may be, 0 to 1, or `off`: no limit (Tollgate's own)",
    ],
    timeout: ['`litellm_settings.request_timeout`, else 600', 'seconds for a whole call'],
    stream_timeout: ['`timeout`', 'seconds to the first chunk of a stream'],
    connect_timeout: ['none', "seconds to a connected socket (Tollgate's own)"],
    idle_timeout: ['none', "seconds between two chunks of an answer (Tollgate's own)"],
    allowed_fails: ['none', 'failures within a minute that do not cool a deployment down'],
    allowed_fails_policy: ['none', 'the same by class of error'],
    cooldown_time: ['5', 'seconds without calls after a failure'],
    cooling_wait: [
      '0',
      "seconds to wait for the first deployment to return when all are cooling (Tollgate's own)",
    ],
    disable_cooldowns: ['`false`', 'never cool a deployment down'],
    max_fallbacks: ['5', 'other names that one call may try'],
    fallbacks: ['none', CHAINS],
    default_fallbacks: ['none', 'the same as fallbacks of `*`'],
    context_window_fallbacks: [
      '`fallbacks`',
      'the same after a prompt that is too long; where there are any, `fallbacks` do not hold for it',
    ],
    content_policy_fallbacks: [
      '`fallbacks`',
      "the same after a refusal by the provider's content policy; likewise",
    ],
    model_group_alias: ['none', 'further name → name, or → a mapping'],
    enable_pre_call_checks: ['`false`', 'context window, region and capability are checked before any call'],
    optional_pre_call_checks: [
      'none',
      'any of `enforce_model_rate_limits` (`rpm` and `tpm` are limits), `prompt_caching`, `deployment_affinity`, ' +
        '`session_affinity` (same prompt, key, session → same deployment), `router_budget_limiting` (always on)',
    ],
    enable_tag_filtering: ['`false`', 'a call with tags goes to deployments with its tags'],
    tag_filtering_match_any: ['`true`', 'one common tag is enough; `false`: all of them'],
    provider_budget_config: ['none', 'provider → what it may cost'],
    model_group_settings: ['none', "name, alias or wildcard → its own settings (Tollgate's own)"],
    team_settings: ['none', "id of a team → its own settings (Tollgate's own)"],
  },
  'router_settings.routing_strategy_args': {
    ttl: ['3600', 'seconds that a latency counts'],
    lowest_latency_buffer: ['0', 'deployments within this share of the lowest latency are equals'],
  },
  'router_settings.model_group_alias.*': {
    model: ['required', 'the name that it stands for'],
    hidden: ['`false`', 'works, and is not listed'],
    deprecated: ['none', 'when the alias goes, and what to ask for instead'],
  },
  'router_settings.provider_budget_config.*': {
    budget_limit: ['required', 'dollars in each window'],
    time_period: [
      'required',
      'the window: `1h`, `1d`, `7d`, `30d`, `1mo`, any `Ns`, `Nm`, `Nh`, `Nd`, `Nw`, `Nmo`',
    ],
    max_budget: ['none', 'another name of `budget_limit`'],
    budget_duration: ['none', 'another name of `time_period`'],
  },
  'router_settings.team_settings.*': {
    fallbacks: ["the router's", CHAINS],
    context_window_fallbacks: ["the router's", 'the same after a prompt that is too long'],
    content_policy_fallbacks: ["the router's", "the same after a refusal by the provider's content policy"],
    model_group_alias: ['none', 'further name → name, for this team alone'],
    num_retries: ["the router's", 'further attempts after a failure that may pass'],
    timeout: ["the router's", 'seconds for a whole call'],
  },
} as const satisfies Record<string, Record<string, SettingRow>>;
