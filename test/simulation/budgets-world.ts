import {
  BUDGET_DEFAULTS,
  GENERAL_DEFAULTS,
  LiveConfig,
  ROUTER_DEFAULTS,
  bareDeployment,
  type Deployment,
} from '@tollgate/config';
import { NO_LIMITS, type Budget, type UsageEvent } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import { MemoryState, type Admission, type AdmitRequest } from '@tollgate/state';
import { seeded } from '@tollgate/testing';
import { ACTOR, newEntry, newKey } from '../../apps/billing/src/_directory-stage.js';
import { usageEvent } from '../../apps/billing/src/ledger/_stage.js';
import { makeCall, type Books, type CallPlan, type CallResult } from './budgets-call.js';
import { assembleGateway, type SimulatedGateway } from './budgets-ingress.js';

const DOLLAR = 1_000_000_000;
const MINUTE_MS = 60_000;

/** Shared state that remembers which hard budgets calls were asked of. */
class WatchedState extends MemoryState {
  /** By the counter. */
  readonly maxima = new Map<string, number>();

  override admit(request: AdmitRequest): Admission {
    for (const { counter, maxNanos } of request.budgets ?? []) this.maxima.set(counter, maxNanos);
    return super.admit(request);
  }
}

/** Teams, keys, budgets, prices, calls and mishaps of one seed, in a database that others may have used. */
export class BudgetWorld implements Books {
  readonly results = new Map<string, number>();
  /** Every event that was told, the known in place of the unknown. */
  readonly told = new Map<string, UsageEvent>();
  readonly state = new WatchedState();
  readonly gateway: SimulatedGateway;
  private readonly random: () => number;
  private readonly deployments: readonly Deployment[];
  private readonly keys: string[] = [];

  constructor(
    database: Database,
    private readonly seed: number,
  ) {
    this.random = seeded(seed);
    this.deployments = ['small', 'large'].map((name, index) => ({
      ...bareDeployment({ id: name, group: name, provider: 'openai', model: name }),
      prices: { input: this.below(40) * 100, output: (1 + this.below(50)) * 1_000 * (index + 1) },
    }));
    const budgets = {
      ...BUDGET_DEFAULTS,
      gateway: [this.budget('1d', 4)],
      endUser: [this.budget('1h', 0.5)],
    };
    const config = new LiveConfig({
      deployments: [...this.deployments],
      aliases: new Map(),
      guardrails: new Map(),
      mcpServers: new Map(),
      router: ROUTER_DEFAULTS,
      general: { ...GENERAL_DEFAULTS, budgets },
    });
    this.gateway = assembleGateway(database, this.state, config);
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** Two teams of two keys, with budgets in several windows that have been spent from already, none of them wholly. */
  async begin(): Promise<void> {
    const { entryAdmin, keyAdmin, usage } = this.gateway.billing;
    for (const team of ['a', 'b'].map((name) => `${this.seed}-${name}`)) {
      const budgets = [this.budget('1h', 1), this.budget('1d', 2)];
      await entryAdmin.create(ACTOR, newEntry('team', { id: team, limits: { ...NO_LIMITS, budgets } }));
      for (const key of ['x', 'y'].map((name) => `${team}-${name}`)) {
        const { requestsPerMinute, tokensPerMinute, maxParallelRequests } = NO_LIMITS;
        const ofLarge = {
          requestsPerMinute,
          tokensPerMinute,
          maxParallelRequests,
          budgets: [this.budget('1h', 0.4)],
        };
        const limits = { ...NO_LIMITS, budgets: [this.budget(null, 1.5)], models: { 'l*': ofLarge } };
        await keyAdmin.create(ACTOR, newKey({ hash: key, models: [], teamId: team, limits }));
        this.keys.push(key);
        const before = usageEvent({
          keyHash: key,
          teamId: team,
          model: 'large',
          costNanos: this.below(DOLLAR / 10),
        });
        usage.add({ ...before, calledAt: Date.now() - this.below(90 * MINUTE_MS) });
        this.told.set(before.id, before);
      }
    }
    await entryAdmin
      .create(
        ACTOR,
        newEntry('tag', { id: 'batch', limits: { ...NO_LIMITS, budgets: [this.budget('1h', 1)] } }),
      )
      .catch(() => undefined);
  }

  /** So many calls, most of them in crowds. */
  makeCalls(count: number, withinMs: number): void {
    let at = 0;
    for (let number = 0; number < count; number += 1) {
      if (this.below(6) === 0) at = this.below(withinMs);
      const [id, plan] = [`${this.seed}-${number}`, this.plan()];
      setTimeout(() => void this.call(id, plan), at + this.below(3) * this.below(2_000));
    }
  }

  private async call(id: string, plan: CallPlan): Promise<void> {
    const result = await makeCall(this.gateway, id, plan, this).catch((cause: unknown) => {
      this.gateway.billing.usage.failure = cause;
      return 'failed' as const;
    });
    const name = nameOf(result);
    this.results.set(name, (this.results.get(name) ?? 0) + 1);
  }

  /** Late now and then, twice now and then; what was unknown becomes known much later, or even before. */
  tell(event: UsageEvent): void {
    const known = this.told.get(event.id);
    if (known === undefined || known.status === 'unknown') this.told.set(event.id, event);
    const { usage } = this.gateway.billing;
    const isFollowing = known !== undefined;
    if (isFollowing || this.below(4) === 0) usage.add(event, this.minutes(isFollowing ? 30 : 5));
    else usage.add(event, this.below(200));
    if (this.below(5) === 0) usage.add(event, this.minutes(10));
  }

  /** Until the end of a minute: what is late comes with others. */
  private minutes(most: number): number {
    return (1 + this.below(most)) * MINUTE_MS - (Date.now() % MINUTE_MS);
  }

  private plan(): CallPlan {
    const chance = (of: number): boolean => this.below(of) === 0;
    const isStream = chance(2);
    return {
      keyHash: this.keys[this.below(this.keys.length)]!,
      deployment: this.deployments[this.below(2)]!,
      inputTokens: this.below(3_000),
      outputTokens: 1 + this.below(chance(5) ? 12_000 : 800),
      stream: isStream,
      chunkTokens: 20 + this.below(200),
      pauseMs: isStream ? 20 + this.below(200) : this.below(4_000),
      ...(chance(2) && { maxTokens: 1 + this.below(3_000) }),
      ...(chance(4) && { endUser: `${this.seed}-user-${this.below(3)}` }),
      ...(chance(4) && { tags: ['batch'] }),
      ...(chance(5) && { failures: this.failures() }),
      ...(chance(6) && { patienceMs: this.below(3_000) }),
      ...(chance(15) && { dies: chance(2) ? 'worker' : 'ingress' }),
      ...(chance(20) && { fails: true }),
      ...(chance(8) && { lostRouters: this.lostRouters() }),
    };
  }

  private lostRouters(): ('unsent' | 'sent')[] {
    return Array.from({ length: 1 + this.below(2) }, () => (this.below(3) === 0 ? 'unsent' : 'sent'));
  }

  private failures(): ('free' | 'billed')[] {
    return Array.from({ length: 1 + this.below(2) }, () => (this.below(2) === 0 ? 'free' : 'billed'));
  }

  /** Of about so many dollars. */
  private budget(window: string | null, dollars: number): Budget {
    const maxNanos = Math.round(dollars * DOLLAR * (0.3 + this.random()));
    return { window, maxNanos, softNanos: null };
  }
}

const nameOf = (result: CallResult): string => (typeof result === 'string' ? result : result.code);
