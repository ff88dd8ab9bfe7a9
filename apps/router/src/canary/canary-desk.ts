import type { Alert, RouterReport } from '@tollgate/contracts';
import type { EndedAttempt } from '../attempts.js';
import { canaryRolledBack } from '../events.js';
import type { GroupFailure } from '../failures.js';
import type { Progress } from '../progress.js';
import { endsCall, retryOf } from '../retries/retry.js';
import type { RoutingTable } from '../routing-table.js';
import { armOf } from './arm-choice.js';
import { CanaryBook, type Arm, type Canary } from './canary-book.js';

/** A call that takes part in a canary. */
export interface Trial {
  readonly canary: Canary;
  readonly arm: Arm;
}

export interface CanaryDeskOptions {
  readonly now: () => number;
  /** Must not throw. Alerts of one id are one alert: every replica may raise it. */
  readonly raise: (alert: Alert) => void;
}

/** Assigns calls to the arms of canaries, watches the arms and takes a bad canary back. */
export class CanaryDesk {
  private readonly book = new CanaryBook();
  private canaries: readonly Canary[] = [];
  /** Taken back here since this replica was last asked. */
  private taken: NonNullable<RouterReport['rollbacks']> = [];

  constructor(private readonly options: CanaryDeskOptions) {}

  /** The config that holds from now on. */
  follow({ canaries }: RoutingTable): void {
    this.canaries = canaries;
    this.book.keepOnly(new Set(canaries.map(({ id }) => id)));
  }

  /** The trial that a call takes part in; undefined when its name has no canary, or one that was taken back. */
  trialOf(call: Progress, random: () => number): Trial | undefined {
    const canary = call.table.canaryOf(call.settings.canary);
    if (canary === undefined) return undefined;
    // One deployment of the group itself may be the canary: it then gets no other calls than the canary's.
    call.excluded = new Set([canary.settings.to]);
    if (call.deterministic || this.book.rollbackOf(canary) !== undefined) return undefined;
    const arm = armOf(canary, call.header, random);
    call.arm = arm;
    call.note({ at: call.elapsedMs, step: 'canary', arm, to: canary.settings.to });
    return { canary, arm };
  }

  /** How an arm did. What is the caller's own doing says nothing about it. */
  record({ canary, arm }: Trial, result: EndedAttempt | GroupFailure): void {
    // Another config may hold by now.
    if (!this.canaries.some(({ id }) => id === canary.id)) return;
    const { error } = result;
    if (error !== undefined && (endsCall(error) || saysNothing(result, error))) return;
    const outcome = 'group' in result ? null : result.outcome;
    this.book.record(canary, arm, {
      failed: error !== undefined,
      latencyMs: outcome === null || error !== undefined ? null : (outcome.firstTokenMs ?? outcome.latencyMs),
      costNanos: outcome?.costNanos ?? null,
    });
    if (arm === 'canary') this.judge(canary);
  }

  /** What this replica has seen since it was last asked. */
  take(): Pick<RouterReport, 'canaries' | 'rollbacks'> {
    const rollbacks = this.taken;
    this.taken = [];
    return { canaries: this.book.take(), ...(rollbacks.length > 0 && { rollbacks }) };
  }

  /** What another replica has seen, and what it has taken back. */
  apply({ canaries, rollbacks = [] }: Pick<RouterReport, 'canaries' | 'rollbacks'>): void {
    for (const { id, ...rollback } of rollbacks) this.book.rolledBack(id, rollback);
    if (canaries.length === 0) return;
    this.book.apply(canaries);
    for (const canary of this.canaries) this.judge(canary);
  }

  /** Alerts of the past: a canary that was taken back stays so through a restart. */
  learn(alerts: readonly Alert[]): void {
    for (const { details, at, message } of alerts) {
      const id = details['canary'];
      if (typeof id === 'string') this.book.rolledBack(id, { at, reason: message });
    }
  }

  report() {
    return this.canaries.map((canary) => ({
      model: canary.model,
      to: canary.settings.to,
      percent: canary.settings.percent,
      stickyBy: canary.settings.stickyBy,
      rolledBack: this.book.rollbackOf(canary) ?? null,
      ...this.book.report(canary),
    }));
  }

  private judge(canary: Canary): void {
    if (this.book.rollbackOf(canary) !== undefined) return;
    const reason = this.book.verdict(canary);
    if (reason === null) return;
    const at = this.options.now();
    this.book.rolledBack(canary.id, { at, reason });
    this.taken.push({ id: canary.id, at, reason });
    canaryRolledBack(canary, reason);
    const { model, settings, id } = canary;
    this.options.raise({
      id: `canary:${id}`,
      type: 'canary_rolled_back',
      message: `Canary of ${model} to ${settings.to} (${settings.percent}%) was taken back: ${reason}`,
      at,
      details: {
        canary: id,
        model,
        to: settings.to,
        percent: settings.percent,
        arms: this.book.report(canary),
      },
    });
  }
}

/** The request was at fault, not the deployment that refused it; a group that had nobody to ask is at fault itself. */
const saysNothing = (
  result: EndedAttempt | GroupFailure,
  error: NonNullable<EndedAttempt['error']>,
): boolean => retryOf(error) === 'never' && !('isRefusal' in result && result.isRefusal);
