import { ACCEPTED_GENERAL_SETTINGS } from './accepted-keys.js';
import { readAlerting } from './alerting/read-alerting.js';
import { GENERAL_DEFAULTS } from './demo-config.js';
import type { GeneralSettings, Setting } from './gateway-config.js';
import { readPassThroughs } from './pass-through/read-pass-throughs.js';
import type { Section } from './section.js';
import { resolveSetting } from './setting.js';
import type { KeyOf } from './settings.js';

type General = Section<KeyOf<'general_settings'>>;

const MASTER_KEY_VARIABLES = ['TOLLGATE_MASTER_KEY', 'LITELLM_MASTER_KEY', 'PROXY_MASTER_KEY'];
const PERMIT = 'dangerously_permit_weak_or_unset_master_key';
const PERMIT_VARIABLE = 'LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY';
const STORE_VARIABLE = 'STORE_MODEL_IN_DB';
const RETENTION = 'maximum_spend_logs_retention_period';
const DAY_MS = 86_400_000;
const LENGTH_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS, mo: 31 * DAY_MS } as const;
const SHORTEST_MASTER_KEY = 16;
const BYTES_PER_MEGABYTE = 1024 * 1024;

/** What other sections, or whoever loads the file, say. */
interface FromElsewhere extends Pick<
  GeneralSettings,
  'dropParams' | 'timeZone' | 'budgets' | 'priceAdjustments' | 'cache'
> {
  readonly needsMasterKey: boolean;
  readonly storesModels: boolean | null;
}

export function readGeneralSettings(
  general: General,
  { needsMasterKey, storesModels, ...elsewhere }: FromElsewhere,
): GeneralSettings {
  const permitted = general.boolean(PERMIT) ?? isTrue(general.context.variables[PERMIT_VARIABLE]);
  const megabytes = general.number('max_request_size_mb', { min: 0.001 });
  const databaseUrl = general.setting('database_url');
  const settings: GeneralSettings = {
    masterKey: readMasterKey(general, permitted, needsMasterKey),
    allowWeakMasterKey: permitted,
    databaseUrl,
    keyHeaderName: general.text('litellm_key_header_name')?.toLowerCase() ?? null,
    keyCacheTtlMs: general.seconds('user_api_key_cache_ttl', { min: 0 }) ?? GENERAL_DEFAULTS.keyCacheTtlMs,
    maxRequestBytes:
      megabytes === null ? GENERAL_DEFAULTS.maxRequestBytes : Math.round(megabytes * BYTES_PER_MEGABYTE),
    ...elsewhere,
    alwaysIncludeStreamUsage: general.boolean('always_include_stream_usage') ?? false,
    onStateDown: general.choice('on_state_down', ['refuse', 'allow']) ?? GENERAL_DEFAULTS.onStateDown,
    sessionTimeoutMs:
      general.seconds('realtime_session_timeout', { min: 1 }) ?? GENERAL_DEFAULTS.sessionTimeoutMs,
    storeModelInDb: storesModels ?? GENERAL_DEFAULTS.storeModelInDb,
    spendLogsKeptMs: readRetention(general),
    alerting: readAlerting(general),
    passThroughs: readPassThroughs(general),
  };
  general.finish(ACCEPTED_GENERAL_SETTINGS);
  return settings;
}

/** Lengths as LiteLLM writes them: `90d`, `24h`; a month is 31 days. */
function readRetention(general: General): number | null {
  const text = general.text(RETENTION);
  if (text === null) return null;
  const [, count, unit] = /^([1-9]\d{0,5})(s|m|h|d|w|mo)$/.exec(text) ?? [];
  if (unit !== undefined) return Number(count) * LENGTH_MS[unit as keyof typeof LENGTH_MS];
  general.problem(RETENTION, `expected a length such as 90d, 24h or 3mo, got ${JSON.stringify(text)}`);
  return null;
}

/** Whether models may be added through the API; null: nothing is said. The file's word, else LiteLLM's variable. */
export function readStoresModels(general: General): boolean | null {
  const written = general.boolean('store_model_in_db');
  const variable = general.context.variables[STORE_VARIABLE];
  if (written !== null || variable === undefined) return written;
  if (isTrue(variable)) return true;
  return /^(false|0|no|off)$/i.test(variable) ? false : null;
}

const isTrue = (text: string | undefined): boolean => /^(true|1|yes|on)$/i.test(text ?? '');

/** The file's, else the first of the variables; checked, since whoever guesses it owns the gateway. */
function readMasterKey(general: General, permitted: boolean, needed: boolean): Setting | null {
  const { variables } = general.context;
  const written = general.setting('master_key');
  if (written !== null && typeof written !== 'string') {
    const value = resolveSetting(written, variables);
    if (value !== null) return checked(value, general, permitted);
    const lacking = 'env' in written ? `the environment variable ${written.env} is not set` : 'is sealed';
    if (needed) general.problem('master_key', lacking);
    return written;
  }
  if (written !== null) return checked(written, general, permitted);
  const name = MASTER_KEY_VARIABLES.find((candidate) => (variables[candidate] ?? '') !== '');
  return name === undefined ? null : checked(variables[name] ?? '', general, permitted, name);
}

/** @param origin the variable that it comes from; else it is the file's. */
function checked(key: string, general: General, permitted: boolean, origin?: string): string {
  const fault = faultOf(key, permitted);
  if (fault === null) return key;
  if (origin === undefined) general.problem('master_key', fault);
  else general.context.report.problems.push(`${origin} ${fault}`);
  return key;
}

function faultOf(key: string, permitted: boolean): string | null {
  if (!key.startsWith('sk-')) return 'must start with sk-';
  if (key.length >= SHORTEST_MASTER_KEY || permitted) return null;
  return (
    'is too easily guessed; use sk- and at least 13 random characters, for example from: echo sk-$(openssl rand -hex 16); ' +
    `or set general_settings.${PERMIT}: true on a machine that nobody else reaches`
  );
}
