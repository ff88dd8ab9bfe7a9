import type { SettingRow } from './setting-row.js';

type Rows = Record<string, SettingRow>;

const ROUTER = "the router's";

/** What may be said of one model name, beside `model_name` or in `model_group_settings`. */
export const GROUP_ROWS = {
  routing_strategy: [ROUTER, 'how a deployment is picked'],
  timeout: [ROUTER, 'seconds for a whole call'],
  stream_timeout: [ROUTER, 'seconds to the first chunk of a stream'],
  connect_timeout: [ROUTER, 'seconds to a connected socket'],
  idle_timeout: [ROUTER, 'seconds between two chunks of an answer'],
  num_retries: [ROUTER, 'further attempts after a failure that may pass'],
  retry_policy: [ROUTER, 'the same by class of error'],
  allowed_fails: [ROUTER, 'failures within a minute that do not cool a deployment down'],
  allowed_fails_policy: [ROUTER, 'the same by class of error'],
  cooldown_time: [ROUTER, 'seconds without calls after a failure'],
  cooling_wait: [ROUTER, 'seconds to wait for the first deployment to return when all are cooling'],
  deterministic: ['`false`', 'the answer comes from this name: no fallback, hedge, canary or continuation'],
  hedge: ['`false`', '`true`, or a mapping: a second deployment is asked when the first is late'],
  on_stream_failure: ['`error`', 'when a stream breaks: `error`, or `continue` with another deployment'],
  canary: ['none', 'a share of the calls goes elsewhere'],
  deprecated: ['none', 'when the name goes, and what to ask for instead'],
} as const satisfies Rows;

const RETRIES = 'further attempts after it';
const FAILS = 'of these within a minute do not cool a deployment down';

export const GROUP_SETTINGS = {
  'router_settings.model_group_settings.*': GROUP_ROWS,
  canary: {
    to: ['required', 'name of a model, or id of a deployment'],
    percent: ['required', 'share of the calls, 0 to 100'],
    sticky_by: [
      '`key`',
      'who stays on one side: each `key`, `user` or `session`; `none`: every call is drawn',
    ],
    rollback_when: ['none', 'when the canary ends by itself'],
  },
  'canary.rollback_when': {
    error_rate_above: ['none', "share of the canary's calls that fail, 0 to 1"],
    p95_latency_above: ['none', 'seconds'],
    min_calls: ['20', 'calls of the canary before anything is concluded'],
  },
  hedge: {
    delay: ["the name's own p95 of the time to the first token", 'seconds until the second one is asked'],
    max_share: ['0.05', 'the most that losers may cost, as a share of what all calls of the name cost'],
  },
  deprecated: {
    since: ['none', 'date (`2026-10-31`) or time; UTC where it names no zone'],
    sunset: ['none', 'the same; from here on the name is refused'],
    use: ['none', 'the name to ask for instead'],
  },
  retry_policy: {
    BadRequestErrorRetries: ['`num_retries`', RETRIES],
    AuthenticationErrorRetries: ['`num_retries`', RETRIES],
    NotFoundErrorRetries: ['`num_retries`', RETRIES],
    TimeoutErrorRetries: ['`num_retries`', RETRIES],
    RateLimitErrorRetries: ['`num_retries`', RETRIES],
    ContentPolicyViolationErrorRetries: ['`num_retries`', RETRIES],
    InternalServerErrorRetries: ['`num_retries`', RETRIES],
    BadGatewayErrorRetries: ['`num_retries`', RETRIES],
    ServiceUnavailableErrorRetries: ['`num_retries`', RETRIES],
    DefaultRetries: ['`num_retries`', 'further attempts after any other'],
  },
  allowed_fails_policy: {
    BadRequestErrorAllowedFails: ['`allowed_fails`', FAILS],
    AuthenticationErrorAllowedFails: ['`allowed_fails`', FAILS],
    NotFoundErrorAllowedFails: ['`allowed_fails`', FAILS],
    TimeoutErrorAllowedFails: ['`allowed_fails`', FAILS],
    RateLimitErrorAllowedFails: ['`allowed_fails`', FAILS],
    ContentPolicyViolationErrorAllowedFails: ['`allowed_fails`', FAILS],
    InternalServerErrorAllowedFails: ['`allowed_fails`', FAILS],
    BadGatewayErrorAllowedFails: ['`allowed_fails`', FAILS],
    ServiceUnavailableErrorAllowedFails: ['`allowed_fails`', FAILS],
    DefaultAllowedFails: ['`allowed_fails`', 'of any other'],
  },
} as const satisfies Record<string, Rows>;
