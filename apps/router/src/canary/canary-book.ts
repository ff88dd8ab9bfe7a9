import { createHash } from 'node:crypto';
import type { CanarySettings } from '@tollgate/config';
import type { CallHeader, CanaryArmReport, RouterReport } from '@tollgate/contracts';

export type Arm = 'canary' | 'baseline';

/** The call that an arm answered, or failed to. `latencyMs`: to the first token for streams; null when it failed. */
export interface ArmCall {
  readonly failed: boolean;
  readonly latencyMs: number | null;
  readonly costNanos: number | null;
}

export interface Rollback {
  /** Epoch ms. */
  readonly at: number;
  readonly reason: string;
}

/** A canary of the config: its group and its settings make it what it is. */
export interface Canary {
  /** Changes with target and share, so that a new share is a new trial. */
  readonly id: string;
  readonly model: string;
  readonly settings: CanarySettings;
}

interface ArmNews {
  calls: number;
  errors: number;
  costNanos: number;
  latenciesMs: number[];
}

/** Latencies that a percentile is taken from, by arm. */
const KEPT_LATENCIES = 512;
/** After so many calls what was before weighs half: a canary that did well for a week may fail from now on. */
const RECENT_CALLS = 1_024;

const emptyArm = (): ArmNews => ({ calls: 0, errors: 0, costNanos: 0, latenciesMs: [] });

interface Trial {
  readonly canary: ArmNews;
  readonly baseline: ArmNews;
  /** Of the canary's newest calls. */
  readonly recent: { calls: number; errors: number };
  news: { canary: ArmNews; baseline: ArmNews } | undefined;
}

export const canaryOf = (model: string, settings: CanarySettings): Canary => ({
  id: createHash('sha256').update(`${model}\n${settings.to}\n${settings.percent}`).digest('hex').slice(0, 16),
  model,
  settings,
});

/** What the dice are thrown with: the same for one user, for ever. Undefined: by chance. */
export function stickyPart({ stickyBy }: CanarySettings, header: CallHeader): string | undefined {
  const { principal, endUser, sessionId } = header;
  if (stickyBy === 'none') return undefined;
  if (stickyBy === 'session' && sessionId !== undefined) return sessionId;
  // Without the part that was asked for the next wider one holds: better than by chance.
  if (stickyBy !== 'key') {
    const user = endUser ?? principal.userId;
    if (user !== null) return user;
  }
  return principal.keyHash;
}

/** How the arms of every canary do, on all replicas together. */
export class CanaryBook {
  private readonly trials = new Map<string, Trial>();
  private readonly rollbacks = new Map<string, Rollback>();

  /** Undefined while the canary is on. */
  rollbackOf({ id }: Canary): Rollback | undefined {
    return this.rollbacks.get(id);
  }

  rolledBack(id: string, rollback: Rollback): void {
    if (!this.rollbacks.has(id)) this.rollbacks.set(id, rollback);
  }

  record(canary: Canary, arm: Arm, call: ArmCall): void {
    const trial = this.trialOf(canary.id);
    trial.news ??= { canary: emptyArm(), baseline: emptyArm() };
    const counted = {
      calls: 1,
      errors: call.failed ? 1 : 0,
      costNanos: call.costNanos ?? 0,
      latenciesMs: call.latencyMs === null ? [] : [call.latencyMs],
    };
    addTo(trial.news[arm], counted);
    addTo(trial[arm], counted);
    if (arm === 'canary') addRecent(trial, counted);
  }

  /** Why the canary must go back; null: it need not. */
  verdict({ id, settings: { rollbackWhen } }: Canary): string | null {
    if (rollbackWhen === null) return null;
    const { canary, recent } = this.trialOf(id);
    const { calls, p95LatencyMs } = reportOf(canary);
    if (calls < rollbackWhen.minCalls) return null;
    const { errorRateAbove, p95LatencyAboveMs } = rollbackWhen;
    if (errorRateAbove !== null && recent.errors / recent.calls > errorRateAbove) {
      const [failed, all] = [Math.round(recent.errors), Math.round(recent.calls)];
      return `${failed} of ${all} calls failed, more than ${errorRateAbove * 100}%`;
    }
    if (p95LatencyAboveMs !== null && p95LatencyMs !== null && p95LatencyMs > p95LatencyAboveMs)
      return `the p95 of its latency is ${Math.round(p95LatencyMs)} ms, more than ${p95LatencyAboveMs} ms`;
    return null;
  }

  report({ id }: Canary): { canary: CanaryArmReport; baseline: CanaryArmReport } {
    const { canary, baseline } = this.trialOf(id);
    return { canary: reportOf(canary), baseline: reportOf(baseline) };
  }

  /** What happened here since it was last asked. */
  take(): RouterReport['canaries'] {
    return [...this.trials].flatMap(([id, trial]) => {
      const { news } = trial;
      if (news === undefined) return [];
      trial.news = undefined;
      return [{ id, ...news }];
    });
  }

  /** What another replica has seen. */
  apply(canaries: RouterReport['canaries']): void {
    for (const { id, canary, baseline } of canaries) {
      const trial = this.trialOf(id);
      addTo(trial.canary, canary);
      addTo(trial.baseline, baseline);
      addRecent(trial, canary);
    }
  }

  /** Forgets trials that the config no longer has. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.trials.keys()) if (!ids.has(id)) this.trials.delete(id);
  }

  private trialOf(id: string): Trial {
    let trial = this.trials.get(id);
    if (trial === undefined) {
      const recent = { calls: 0, errors: 0 };
      trial = { canary: emptyArm(), baseline: emptyArm(), recent, news: undefined };
      this.trials.set(id, trial);
    }
    return trial;
  }
}

function addTo(arm: ArmNews, more: RouterReport['canaries'][number]['canary']): void {
  arm.calls += more.calls;
  arm.errors += more.errors;
  arm.costNanos += more.costNanos;
  arm.latenciesMs.push(...more.latenciesMs);
  if (arm.latenciesMs.length > KEPT_LATENCIES)
    arm.latenciesMs.splice(0, arm.latenciesMs.length - KEPT_LATENCIES);
}

function addRecent(
  { recent }: Trial,
  { calls, errors }: { readonly calls: number; readonly errors: number },
): void {
  recent.calls += calls;
  recent.errors += errors;
  while (recent.calls >= RECENT_CALLS) {
    recent.calls /= 2;
    recent.errors /= 2;
  }
}

function reportOf({ calls, errors, costNanos, latenciesMs }: ArmNews): CanaryArmReport {
  const sorted = [...latenciesMs].sort((left, right) => left - right);
  const at = (share: number): number | null =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  return { calls, errors, costNanos, p50LatencyMs: at(0.5), p95LatencyMs: at(0.95) };
}
