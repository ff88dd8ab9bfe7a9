import type { AlertType } from '@tollgate/contracts';
import type { Setting } from '../setting-value.js';

export const ALERT_CHANNELS = ['slack', 'webhook', 'email'] as const;
/** How alerts go out: a chat's incoming webhook, a signed webhook with LiteLLM's body, e-mail. */
export type AlertChannel = (typeof ALERT_CHANNELS)[number];

export const CHAT_FORMATS = ['slack', 'discord', 'teams'] as const;
/** Whose incoming webhook a chat's address is. */
export type ChatFormat = (typeof CHAT_FORMATS)[number];

/** `general_settings.alerting` and what belongs to it. Addresses and secrets stay references until an alert is sent. */
export interface AlertingSettings {
  readonly channels: readonly AlertChannel[];
  /** Alerts of other types are kept, and not sent. */
  readonly types: ReadonlySet<AlertType>;
  /** From here on an answer is slow, and an open call hangs. */
  readonly thresholdMs: number;
  /** Chat addresses of a type, in place of the one for all. */
  readonly urls: ReadonlyMap<AlertType, readonly Setting[]>;
  /** null: told by the address. */
  readonly chatFormat: ChatFormat | null;
  /** What the bodies of webhooks are signed with; null: they are not. */
  readonly webhookSecret: Setting | null;
  readonly emailTo: readonly string[];
  /** Types whose alerts are told together, so often. */
  readonly digests: ReadonlyMap<AlertType, number>;
  /** Quiet time of a budget's threshold over its windows; null: once in each. */
  readonly budgetQuietMs: number | null;
  readonly outages: OutageSettings;
  readonly dailyReportMs: number;
}

/** When failures of a deployment, or of deployments of one region, are an outage. */
export interface OutageSettings {
  readonly windowMs: number;
  readonly regionWindowMs: number;
  readonly minor: number;
  readonly major: number;
}

/** Off unless they are asked for, as in LiteLLM. */
const ON_REQUEST: readonly AlertType[] = [
  ...(['virtual_key_created', 'virtual_key_updated', 'virtual_key_deleted'] as const),
  ...(['team_created', 'team_updated', 'team_deleted'] as const),
  ...(['internal_user_created', 'internal_user_updated', 'internal_user_deleted'] as const),
];

export const defaultAlertTypes = (all: readonly AlertType[]): Set<AlertType> =>
  new Set(all.filter((type) => !ON_REQUEST.includes(type)));
