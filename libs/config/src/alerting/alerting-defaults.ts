import { alertType } from '@tollgate/contracts';
import { defaultAlertTypes, type AlertingSettings } from './alerting-settings.js';

const MINUTE_MS = 60_000;

/** LiteLLM's defaults: nothing is sent until a channel is named. */
export const ALERTING_DEFAULTS: AlertingSettings = {
  channels: [],
  types: defaultAlertTypes(alertType.options),
  thresholdMs: 5 * MINUTE_MS,
  urls: new Map(),
  chatFormat: null,
  webhookSecret: null,
  emailTo: [],
  digests: new Map(),
  budgetQuietMs: null,
  outages: { windowMs: MINUTE_MS, regionWindowMs: MINUTE_MS, minor: 5, major: 10 },
  dailyReportMs: 12 * 60 * MINUTE_MS,
};
