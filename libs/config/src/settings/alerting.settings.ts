import type { SettingRow } from './setting-row.js';

/** Keys of `general_settings` that are about alerts. */
export const ALERTING_ROWS = {
  alerting: [
    'none',
    '`slack` (Slack, Discord, Teams: `SLACK_WEBHOOK_URL`), `webhook` (signed, `WEBHOOK_URL`), `email` (`SMTP_HOST`, `SMTP_PORT`, ' +
      '`SMTP_USERNAME`, `SMTP_PASSWORD`, `SMTP_SENDER_EMAIL`, `SMTP_TLS`)',
  ],
  alerting_threshold: ['300', 'seconds from which on an answer is slow, and an open call hangs'],
  alert_types: ['all but those of keys, teams and users', 'types that are sent; the others are kept'],
  alert_to_webhook_url: ['none', 'type → an address, or several, of chats in place of `SLACK_WEBHOOK_URL`'],
  alerting_args: ['', 'when and how often'],
  alert_type_config: ['none', 'type → whether its alerts are told together'],
  alert_webhook_format: [
    'told by the address, else `slack`',
    "`slack`, `discord` or `teams`: whose webhook the chats' addresses are (Tollgate's own)",
  ],
  alert_webhook_secret: ['none', "what webhooks are signed with (Tollgate's own)"],
  alert_email_to: ['none', "who gets alerts by `email` (Tollgate's own)"],
} as const satisfies Record<string, SettingRow>;

export const ALERTING_SETTINGS = {
  'general_settings.alerting_args': {
    daily_report_frequency: ['43200', 'seconds between two reports of slow and failing deployments'],
    budget_alert_ttl: [
      'none',
      'least seconds between two alerts of one threshold of a budget, over its windows; in a window there is one',
    ],
    outage_alert_ttl: ['60', 'seconds in which failures of a deployment are counted together'],
    region_outage_alert_ttl: ['60', 'the same for the deployments of a region'],
    minor_outage_alert_threshold: ['5', 'failures (408, 5xx) that are a minor outage'],
    major_outage_alert_threshold: ['10', 'failures that are a major one'],
  },
  'general_settings.alert_type_config.*': {
    digest: ['`false`', 'alerts of the type are told together'],
    digest_interval: ['86400', 'seconds between two such messages'],
  },
} as const satisfies Record<string, Record<string, SettingRow>>;
