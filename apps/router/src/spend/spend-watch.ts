import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Bus } from '@tollgate/bus';
import { windowStart, type GatewayConfig, type LiveConfig } from '@tollgate/config';
import { sumSpend } from '@tollgate/contracts';
import type { Candidate } from '../group.js';
import { budgetsOf, pythonDollars, type SpendBudget } from './spend-budget.js';
import { spendNotTold } from './spend-events.js';
import { SpendFigure } from './spend-figure.js';

const EVERY_MS = 1_000;
const TIMEOUT_MS = 5_000;
/** The most that the contract takes at once. */
const MOST_SCOPES = 1_000;

/**
 * Knows what was spent of the budgets of providers, deployments and tags: asks billing once a second, and adds what this
 * replica's own attempts cost in between. While billing is away the last figures hold, and own costs are added to them; a router
 * that has not heard of billing yet knows of own costs alone.
 */
export class SpendWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private budgets: readonly SpendBudget[] = [];
  private byKind = kindsOf([]);
  private timeZone = 'UTC';
  private timer: NodeJS.Timeout | undefined;
  private asking: Promise<void> | undefined;
  private isTold = true;

  /** `now`: epoch ms. */
  constructor(
    private readonly bus: Pick<Bus, 'request'>,
    config: Pick<LiveConfig, 'follow'>,
    private readonly now: () => number = Date.now,
  ) {
    config.follow((current) => this.watch(current));
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.refresh(), EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** An attempt of this replica is over. `costNanos` null: unknown, the ledger will tell. */
  spent({ provider, deployment }: Candidate, tags: readonly string[], costNanos: number | null): void {
    if (costNanos === null || this.budgets.length === 0) return;
    this.budgetOf('provider', provider)?.figure.add(costNanos);
    this.budgetOf('deployment', deployment.id)?.figure.add(costNanos);
    for (const tag of new Set(tags)) this.budgetOf('tag', tag)?.figure.add(costNanos);
  }

  /** The budget of a candidate's provider, of itself or of one of the tags that is used up, in LiteLLM's words; null: none is. */
  exhausted({ provider, deployment }: Candidate, tags: readonly string[]): string | null {
    if (this.budgets.length === 0) return null;
    const own =
      exceeded(this.budgetOf('provider', provider)) ?? exceeded(this.budgetOf('deployment', deployment.id));
    if (own !== null) return own;
    for (const tag of tags) {
      const ofTag = exceeded(this.budgetOf('tag', tag));
      if (ofTag !== null) return ofTag;
    }
    return null;
  }

  /** Begins new windows, and asks billing unless it is being asked. Never rejects. */
  refresh(): Promise<void> {
    this.turn();
    if (this.budgets.length === 0) return Promise.resolve();
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async ask(): Promise<void> {
    try {
      for (let first = 0; first < this.budgets.length; first += MOST_SCOPES) {
        const asked = this.budgets.slice(first, first + MOST_SCOPES);
        const scopes = asked.map(({ kind, value, from }) => ({ kind, value, from }));
        const { nanos } = await this.bus.request(sumSpend, { scopes }, { timeoutMs: TIMEOUT_MS });
        asked.forEach((budget, index) => {
          const told = nanos[index];
          // A window may have begun since the question.
          if (told !== undefined && scopes[index]?.from === budget.from) budget.figure.settle(told);
        });
      }
      this.isTold = true;
    } catch (cause) {
      spendNotTold(cause, this.isTold);
      this.isTold = false;
    }
  }

  private watch(config: GatewayConfig): void {
    this.timeZone = config.general.timeZone;
    const before = this.byKind;
    this.budgets = budgetsOf(config).map((budget) => {
      const known = before[budget.kind].get(budget.value);
      const isSame = known?.limit.window === budget.limit.window;
      return isSame ? { ...budget, from: known.from, figure: known.figure } : budget;
    });
    this.byKind = kindsOf(this.budgets);
    this.turn();
  }

  private turn(): void {
    const now = this.now();
    for (const budget of this.budgets) {
      const from = windowStart(budget.limit.window, now, this.timeZone);
      if (from === budget.from) continue;
      budget.from = from;
      budget.figure = new SpendFigure();
    }
  }

  private budgetOf(kind: SpendBudget['kind'], value: string): SpendBudget | undefined {
    return this.byKind[kind].get(value);
  }
}

/** By kind and value: asked for every deployment of every call. */
function kindsOf(
  budgets: readonly SpendBudget[],
): Record<SpendBudget['kind'], ReadonlyMap<string, SpendBudget>> {
  const of = (kind: SpendBudget['kind']): ReadonlyMap<string, SpendBudget> =>
    new Map(budgets.flatMap((budget) => (budget.kind === kind ? [[budget.value, budget]] : [])));
  return { provider: of('provider'), deployment: of('deployment'), tag: of('tag') };
}

function exceeded(budget: SpendBudget | undefined): string | null {
  if (budget === undefined || budget.figure.nanos < budget.limit.limitNanos) return null;
  return budget.exceeded(pythonDollars(budget.figure.nanos), pythonDollars(budget.limit.limitNanos));
}
