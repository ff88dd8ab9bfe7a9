import type { SettingRow } from './setting-row.js';

/** Keys of `litellm_settings` that are about budgets. */
export const BUDGET_ROWS = {
  max_budget: ['none', 'dollars that the whole gateway may spend in each `budget_duration`'],
  budget_duration: ['ever', 'window of `max_budget`, such as `30d` or `1mo`, aligned to the calendar'],
  max_end_user_budget_id: ['none', 'tier (`/budget/new`) of end users that have no budget of their own'],
  max_end_user_budget: ['none', 'dollars of end users that have neither'],
  priority_reservation: [
    'none',
    "priority → its share of a model's `rpm` and `tpm`; keys name theirs in `metadata.priority`",
  ],
  priority_reservation_settings: ['', 'when shares bind'],
} as const satisfies Record<string, SettingRow>;

/** Keys of `general_settings` that are about budgets. */
export const BUDGET_RULE_ROWS = {
  apply_user_budget_to_team_keys: ['`false`', "a user's own budget binds the calls of its team keys too"],
  budget_exceeded_status: [
    '`422`',
    "status of a refusal for its budget: `400`, `422` or `429` (Tollgate's own)",
  ],
  on_stream_overrun: [
    '`cut`',
    "`cut` ends a stream for which no budget has room, `finish` lets it run (Tollgate's own)",
  ],
  budget_wait: [
    '5',
    "seconds that a call waits while only reservations of calls under way are in its way (Tollgate's own)",
  ],
  hold_grace: [
    '600',
    "seconds after a call's deadline when what it reserved is released, if whoever had to settle it died (Tollgate's own)",
  ],
} as const satisfies Record<string, SettingRow>;

export const BUDGET_SETTINGS = {
  'litellm_settings.priority_reservation_settings': {
    default_priority: [
      'none',
      'share of calls that name no priority; without it they have no share of their own',
    ],
    saturation_threshold: ['0.8', "use of a model's capacity from which on shares bind"],
  },
} as const satisfies Record<string, Record<string, SettingRow>>;
