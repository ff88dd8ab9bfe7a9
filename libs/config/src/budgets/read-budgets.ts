import type { Budget } from '@tollgate/contracts';
import { innerSection } from '../named-sections.js';
import { readDollars, readWindow } from '../routing/spend-limits.js';
import { Section } from '../section.js';
import type { KeyOf } from '../settings.js';
import { BUDGET_DEFAULTS, type BudgetSettings } from './budget-settings.js';

type Litellm = Section<KeyOf<'litellm_settings'>>;
type General = Section<KeyOf<'general_settings'>>;

/** Shares that do not add up exactly, in binary. */
const ROUNDING = 1e-9;

/** What `litellm_settings` and `general_settings` say of budgets. */
export function readBudgetSettings(litellm: Litellm, general: General): BudgetSettings {
  const status = general.choice('budget_exceeded_status', ['400', '422', '429']);
  const waitMs = general.seconds('budget_wait', { min: 0, max: 60 });
  const holdGraceMs = general.seconds('hold_grace', { min: 1, max: 86_400 });
  const priorities = readPriorities(litellm);
  return {
    gateway: budgetsOf(readDollars(litellm, 'max_budget'), readWindow(litellm, 'budget_duration')),
    endUserTier: litellm.text('max_end_user_budget_id'),
    endUser: budgetsOf(readDollars(litellm, 'max_end_user_budget'), null),
    exceededStatus: (status === null ? BUDGET_DEFAULTS.exceededStatus : Number(status)) as 400 | 422 | 429,
    onStreamOverrun:
      general.choice('on_stream_overrun', ['cut', 'finish']) ?? BUDGET_DEFAULTS.onStreamOverrun,
    waitMs: waitMs ?? BUDGET_DEFAULTS.waitMs,
    holdGraceMs: holdGraceMs ?? BUDGET_DEFAULTS.holdGraceMs,
    userBindsTeamKeys: general.boolean('apply_user_budget_to_team_keys') ?? false,
    priorities,
    ...readPrioritySettings(litellm),
  };
}

const budgetsOf = (maxNanos: number | null, window: string | null): Budget[] =>
  maxNanos === null ? [] : [{ window, maxNanos, softNanos: null }];

function readPriorities(litellm: Litellm): Map<string, number> {
  const shares = new Map<string, number>();
  const node = litellm.map('priority_reservation');
  if (node === null) return shares;
  const section = new Section<string>(node, litellm.pathOf('priority_reservation'), litellm.context);
  for (const name of node.entries.keys()) {
    const share = section.number(name, { min: 0, max: 1 });
    if (share !== null) shares.set(name, share);
  }
  const total = [...shares.values()].reduce((sum, share) => sum + share, 0);
  if (total > 1 + ROUNDING)
    litellm.problem(
      'priority_reservation',
      `reserves ${total} of what there is: at most 1 can be given away`,
    );
  return shares;
}

function readPrioritySettings(litellm: Litellm): Pick<BudgetSettings, 'defaultPriority' | 'saturation'> {
  const section = innerSection<'litellm_settings.priority_reservation_settings'>(
    litellm,
    'priority_reservation_settings',
  );
  const defaultPriority = section?.number('default_priority', { max: 1 }) ?? null;
  const saturation = section?.number('saturation_threshold', { max: 1 }) ?? BUDGET_DEFAULTS.saturation;
  section?.finish(new Set(['tracking_multiplier', 'saturation_check_cache_ttl']));
  return { defaultPriority, saturation };
}
