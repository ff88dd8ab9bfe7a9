import { alertType, type AlertType } from '@tollgate/contracts';
import { describe, type Located, type Place } from '../located.js';
import { innerSection, sectionsByName } from '../named-sections.js';
import { didYouMean } from '../nearest.js';
import { toSetting } from '../setting.js';
import type { Setting } from '../setting-value.js';
import type { Section } from '../section.js';
import type { KeyOf } from '../settings.js';
import { ALERTING_DEFAULTS } from './alerting-defaults.js';
import {
  ALERT_CHANNELS,
  CHAT_FORMATS,
  type AlertChannel,
  type AlertingSettings,
  type OutageSettings,
} from './alerting-settings.js';

type General = Section<KeyOf<'general_settings'>>;

/** LiteLLM's further channels and types: valid there, without effect here. */
const OTHER_CHANNELS: readonly string[] = ['pagerduty', 'ms_teams', 'opsgenie'];
const OTHER_TYPES: readonly string[] = ['mcp_tool_description_blocked', 'mcp_pinned_tools_changed'];
const ACCEPTED_ARGUMENTS = new Set(['max_outage_alert_list_size', 'report_check_interval', 'log_to_console']);

const DIGEST_MS = 24 * 3_600_000;

/** LiteLLM's names that differ from ours. */
const TYPE_NAMES: Readonly<Record<string, AlertType>> = {
  new_virtual_key_created: 'virtual_key_created',
  new_team_created: 'team_created',
  new_internal_user_created: 'internal_user_created',
};

/** `alerting` and the keys beside it. */
export function readAlerting(general: General): AlertingSettings {
  const outer = {
    channels: readChannels(general),
    types: readTypes(general),
    thresholdMs: general.seconds('alerting_threshold') ?? ALERTING_DEFAULTS.thresholdMs,
    urls: readUrls(general),
    chatFormat: general.choice('alert_webhook_format', CHAT_FORMATS),
    webhookSecret: general.setting('alert_webhook_secret'),
    emailTo: readReceivers(general),
    digests: readDigests(general),
  };
  return { ...outer, ...readArguments(general) };
}

function readChannels(general: General): AlertChannel[] {
  return [...new Set(general.texts('alerting'))].flatMap((name) => {
    const known = ALERT_CHANNELS.find((channel) => channel === name);
    if (known !== undefined) return [known];
    const { path, place } = general.at('alerting');
    if (OTHER_CHANNELS.includes(name))
      general.context.report.warning(path, place, `${name} has no effect yet`);
    else
      general.problem(
        'alerting',
        `unknown channel ${JSON.stringify(name)}${didYouMean(name, ALERT_CHANNELS)}`,
      );
    return [];
  });
}

function readTypes(general: General): ReadonlySet<AlertType> {
  if (!general.has('alert_types')) return ALERTING_DEFAULTS.types;
  const at = general.at('alert_types');
  return new Set(general.texts('alert_types').flatMap((name) => knownType(general, name, at) ?? []));
}

function knownType(
  { context: { report } }: General,
  name: string,
  { path, place }: { readonly path: string; readonly place: Place },
): AlertType | null {
  const known = TYPE_NAMES[name] ?? alertType.options.find((type) => type === name);
  if (known !== undefined) return known;
  if (OTHER_TYPES.includes(name)) report.warning(path, place, `${name} has no effect yet`);
  else
    report.problem(
      path,
      place,
      `unknown alert type ${JSON.stringify(name)}${didYouMean(name, alertType.options)}`,
    );
  return null;
}

function readUrls(general: General): Map<AlertType, readonly Setting[]> {
  const urls = new Map<AlertType, readonly Setting[]>();
  for (const [name, { place, value }] of general.map('alert_to_webhook_url')?.entries ?? []) {
    const path = `${general.pathOf('alert_to_webhook_url')}.${name}`;
    const type = knownType(general, name, { path, place });
    const items = value.kind === 'list' ? value.items : [value];
    const addresses = items.flatMap((item) => readUrl(general, item, path) ?? []);
    if (type !== null && addresses.length > 0) urls.set(type, addresses);
  }
  return urls;
}

/** An address is a secret: no message shows it. */
function readUrl({ context: { report } }: General, node: Located, path: string): Setting | null {
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    const setting = toSetting(node.value);
    if (typeof setting !== 'string' || /^https?:\/\/[^/]/.test(setting)) return setting;
    report.problem(path, node.place, 'must be an address that starts with https:// or http://');
    return null;
  }
  const got = node.kind === 'scalar' ? 'no text' : describe(node);
  report.problem(path, node.place, `expected an address or a list of them, got ${got}`);
  return null;
}

function readReceivers(general: General): string[] {
  const receivers = general.texts('alert_email_to');
  const wrong = receivers.find((receiver) => !/^[^\s@<>]+@[^\s@<>]+$/.test(receiver));
  if (wrong !== undefined)
    general.problem('alert_email_to', `expected e-mail addresses, got ${JSON.stringify(wrong)}`);
  return receivers;
}

function readDigests(general: General): Map<AlertType, number> {
  const digests = new Map<AlertType, number>();
  const sections = sectionsByName<'general_settings.alert_type_config.*'>(general, 'alert_type_config');
  for (const { name, place, section } of sections) {
    const type = knownType(general, name, { path: section.path, place });
    const isDigest = section.boolean('digest') ?? false;
    const everyMs = section.seconds('digest_interval') ?? DIGEST_MS;
    section.finish(new Set());
    if (type !== null && isDigest) digests.set(type, everyMs);
  }
  return digests;
}

function readArguments(
  general: General,
): Pick<AlertingSettings, 'budgetQuietMs' | 'outages' | 'dailyReportMs'> {
  const { outages, dailyReportMs } = ALERTING_DEFAULTS;
  const section = innerSection<'general_settings.alerting_args'>(general, 'alerting_args');
  if (section === null) return { budgetQuietMs: null, outages, dailyReportMs };
  const read: OutageSettings = {
    windowMs: section.seconds('outage_alert_ttl') ?? outages.windowMs,
    regionWindowMs: section.seconds('region_outage_alert_ttl') ?? outages.regionWindowMs,
    minor: section.number('minor_outage_alert_threshold', { min: 1, integer: true }) ?? outages.minor,
    major: section.number('major_outage_alert_threshold', { min: 1, integer: true }) ?? outages.major,
  };
  const settings = {
    budgetQuietMs: section.seconds('budget_alert_ttl'),
    outages: read,
    dailyReportMs: section.seconds('daily_report_frequency', { min: 60 }) ?? dailyReportMs,
  };
  section.finish(ACCEPTED_ARGUMENTS);
  return settings;
}
