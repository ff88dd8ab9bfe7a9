import type { Budget } from '@tollgate/contracts';

/** How budgets are held, for keys and teams that do not say otherwise. */
export interface BudgetSettings {
  /** `litellm_settings.max_budget` of the whole gateway; the master key's calls count too. */
  readonly gateway: readonly Budget[];
  /** The tier (`/budget/new`) of end users that have no budget of their own. */
  readonly endUserTier: string | null;
  /** `litellm_settings.max_end_user_budget`: of end users that have neither. */
  readonly endUser: readonly Budget[];
  /** Tollgate's own: the status of a refusal. */
  readonly exceededStatus: 400 | 422 | 429;
  /** Tollgate's own: what happens to a stream for which nothing is left. */
  readonly onStreamOverrun: 'cut' | 'finish';
  /** Tollgate's own: how long (ms) a call waits when only the reservations of calls under way are in its way. */
  readonly waitMs: number;
  /** Tollgate's own: how long (ms) after its deadline a call that nobody settled keeps its reservation. */
  readonly holdGraceMs: number;
  /** A user's own budget binds the calls of its team keys too. */
  readonly userBindsTeamKeys: boolean;
  /** Priority → its share of a model's capacity (`rpm` and `tpm` of its deployments). Empty: there are no priorities. */
  readonly priorities: ReadonlyMap<string, number>;
  /** The share of calls without a priority; null: they have none of their own. */
  readonly defaultPriority: number | null;
  /** From which use of a capacity on the shares bind. */
  readonly saturation: number;
}

export const BUDGET_DEFAULTS: BudgetSettings = {
  gateway: [],
  endUserTier: null,
  endUser: [],
  exceededStatus: 422,
  onStreamOverrun: 'cut',
  waitMs: 5_000,
  holdGraceMs: 600_000,
  userBindsTeamKeys: false,
  priorities: new Map(),
  defaultPriority: null,
  saturation: 0.8,
};
