import { setTimeout as delay } from 'node:timers/promises';
import { GROUP_DEFAULTS, type LiveConfig } from '@tollgate/config';
import {
  GatewayError,
  toGatewayError,
  type CallHeader,
  type Decision,
  type Outcome,
  type PartialAnswer,
} from '@tollgate/contracts';
import { Attempts, type EndedAttempt } from './attempts.js';
import type { CanaryDesk, Trial } from './canary/canary-desk.js';
import { continueAnswer } from './continuation.js';
import { firstReturn } from './cooling-wait.js';
import type { DecisionLog } from './explain/decision-log.js';
import { attemptRetried, callFailed, callFellBack, callRouted, groupRefused } from './events.js';
import { failureKindOf } from './fallbacks/failure-kind.js';
import { FallbackPlan } from './fallbacks/fallback-plan.js';
import { exhausted, unknownModel, type GroupFailure } from './failures.js';
import type { Candidate, Group } from './group.js';
import type { DeploymentHealth } from './health/deployment-health.js';
import type { DeploymentStatsBook } from './health/deployment-stats-book.js';
import type { ProviderLimitBook } from './health/provider-limit-book.js';
import type { HedgeBook } from './hedging/hedge-book.js';
import { race } from './hedging/race.js';
import { Picker, Tried, type Chosen } from './picker.js';
import { Progress, type RouteContext } from './progress.js';
import { RetryBudget } from './retries/retry-budget.js';
import {
  backoffMs,
  canFinish,
  endsCall,
  retriesAllowed,
  retriesConfigured,
  retryOf,
} from './retries/retry.js';
import type { RoutingView } from './routing-view.js';
import { RoutingTable } from './routing-table.js';
import type { SpendWatch } from './spend/spend-watch.js';

/** What a spec wants to have in its hand. */
export interface RouterTools {
  readonly now: () => number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export const REAL_TOOLS: RouterTools = {
  now: Date.now,
  random: Math.random,
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
};

/** What the router knows, and who keeps it. */
export interface RouterParts {
  readonly config: LiveConfig;
  readonly health: DeploymentHealth;
  readonly stats: DeploymentStatsBook;
  readonly spend: SpendWatch;
  readonly view: RoutingView;
  readonly limits: ProviderLimitBook;
  readonly decisions: DecisionLog;
  readonly hedges: HedgeBook;
  readonly canaries: CanaryDesk;
}

/** The attempt that answered, and who goes on where its answer breaks off. */
interface Answered {
  readonly ended: EndedAttempt;
  readonly group: Group;
  /** What is left of the fallbacks, where they were needed. */
  readonly plan?: FallbackPlan;
}

/** Finds a deployment that answers a call: picks, retries, hedges, falls back, goes on where an answer broke off, and learns. */
export class CallRouter {
  private readonly attempts: Attempts;
  private readonly picker: Picker;
  private readonly budget: RetryBudget;
  private table: RoutingTable;

  constructor(
    private readonly parts: RouterParts,
    private readonly tools: RouterTools = REAL_TOOLS,
  ) {
    this.attempts = new Attempts({ ...parts, now: tools.now });
    this.picker = new Picker(parts, tools.random);
    this.budget = new RetryBudget(tools.now);
    this.table = new RoutingTable(parts.config.current);
    parts.config.follow((config) => {
      this.table = new RoutingTable(config);
      parts.canaries.follow(this.table);
    });
  }

  /** Resolves with the outcome of the attempt that answered; throws a GatewayError when the caller has seen nothing of it. */
  async route(header: CallHeader, context: RouteContext): Promise<Outcome> {
    const { group, call } = this.begin(header, context);
    try {
      if (group === undefined) throw unknownModel(header);
      const answered = await this.answer(call, group);
      const { outcome } = answered.ended;
      const { partial } = outcome;
      return partial === undefined ? outcome : await this.goOn(call, answered, partial);
    } catch (cause) {
      const error = toGatewayError(cause);
      call.note({ step: 'failed', code: error.code });
      callFailed(header, error, call.attempts);
      throw error;
    } finally {
      callRouted(call.decision);
    }
  }

  /** What would be done with a call first, without doing it. */
  explain(header: CallHeader): Decision {
    const { signal } = new AbortController();
    const idle: RouteContext = {
      signal,
      aborts: signal,
      forward: () => Promise.reject(new GatewayError('internal', 'Nothing is sent for an explanation')),
    };
    const { group, call } = this.begin(header, idle, true);
    if (group === undefined) {
      call.note({ step: 'failed', code: 'unknown_model' });
      return call.decision;
    }
    const trial = this.parts.canaries.trialOf(call, this.tools.random);
    const canary =
      trial?.arm === 'canary' ? this.table.catalogue.resolve(trial.canary.settings.to) : undefined;
    const target = canary ?? group;
    if (canary !== undefined) call.excluded = undefined;
    const chosen = this.picker.look(call, target, new Tried());
    if (chosen.candidate === undefined) this.picker.noneLeft(call, target, chosen);
    const plan = this.planOf(call, group, failureKindOf(new GatewayError('upstream_error', '')));
    for (let next = plan.next(); next !== undefined; next = plan.next()) {
      call.note({ step: 'fell-back', group: next.name, because: 'if the above failed' });
      plan.failed('general');
    }
    for (const { name, reason } of plan.skipped) call.note({ step: 'skipped', group: name, reason });
    return call.decision;
  }

  private begin(header: CallHeader, context: RouteContext, isDry = false) {
    const { table } = this;
    const { now } = this.tools;
    const group = table.resolve(header);
    const settings = group === undefined ? GROUP_DEFAULTS : table.settingsOf(header.model, group);
    const { decisions } = this.parts;
    const decision = decisions.begin(header.id, header.model, { startedAt: header.startedAt, isDry });
    const call = new Progress(header, context, table, decision, settings, now);
    if (group !== undefined) {
      call.note({ step: 'resolved', name: header.model, group: group.name });
      if (!isDry) this.budget.earn(group.configured, table.router.retryBudget);
    }
    return { group, call };
  }

  /** The canary first where the call belongs to it; what it cannot answer the baseline does. Then the fallbacks. */
  private async answer(call: Progress, group: Group): Promise<Answered> {
    const { canaries } = this.parts;
    const trial = canaries.trialOf(call, this.tools.random);
    if (trial?.arm === 'canary') {
      const result = await this.tryCanary(call, trial);
      call.arm = null;
      // What it broke off in the middle is the baseline's to go on with.
      if (result !== undefined && !('group' in result)) return { ended: result, group };
      if (result !== undefined) {
        if (isFinal(result) || !this.hasTime(call)) throw result.error;
        call.fallbacks += 1;
        call.note({ step: 'fell-back', group: group.name, because: `canary: ${result.error.code}` });
      }
    }
    const result = await this.tryGroup(call, group);
    if (trial?.arm === 'baseline') canaries.record(trial, result);
    return 'group' in result ? this.fallBack(call, result) : { ended: result, group };
  }

  /** Undefined when what the canary goes to is not there any more. */
  private async tryCanary(call: Progress, trial: Trial): Promise<EndedAttempt | GroupFailure | undefined> {
    const target = call.table.catalogue.resolve(trial.canary.settings.to);
    if (target === undefined) return undefined;
    const { excluded } = call;
    call.excluded = undefined;
    const result = await this.tryGroup(call, target);
    call.excluded = excluded;
    this.parts.canaries.record(trial, result);
    return result;
  }

  private async fallBack(call: Progress, first: GroupFailure): Promise<Answered> {
    if (isFinal(first)) throw first.error;
    const kind = failureKindOf(first.error);
    const plan = this.planOf(call, first.group, kind);
    let last: GroupFailure | undefined;
    for (let group = plan.next(); group !== undefined; group = plan.next()) {
      if (!this.hasTime(call)) {
        call.note({ step: 'skipped', group: group.name, reason: 'no-time' });
        break;
      }
      const because = last?.error.code ?? first.error.code;
      call.fallbacks += 1;
      call.arm = null;
      call.excluded = undefined;
      callFellBack(call.header.id, last?.group ?? first.group, group);
      call.note({ step: 'fell-back', group: group.name, because });
      const result = await this.tryGroup(call, group);
      if (!('group' in result)) return { ended: result, group, plan };
      last = result;
      plan.failed(failureKindOf(result.error));
    }
    for (const { name, reason } of plan.skipped) call.note({ step: 'skipped', group: name, reason });
    const nothingTried = plan.fallbacks.length === 0;
    if (nothingTried && (first.isRefusal === true || kind !== 'general')) throw first.error;
    const notAllowed = plan.skipped.filter(({ reason }) => reason === 'not-allowed').map(({ name }) => name);
    const { dropped } = this.picker.peek(call, first.group, new Tried());
    const { now } = this.parts.view;
    const returnsAt = firstReturn(dropped, now);
    const retryAfterMs = returnsAt === undefined ? undefined : Math.max(0, returnsAt - now);
    throw exhausted(first, { fallbacks: plan.fallbacks, skipped: notAllowed, last, retryAfterMs });
  }

  /** Whether an attempt that begins now could still be delivered. */
  private hasTime({ header: { deadline } }: Progress): boolean {
    return canFinish(this.tools.now(), deadline, 0);
  }

  private planOf(call: Progress, first: Group, kind: ReturnType<typeof failureKindOf>): FallbackPlan {
    const { header, table, deterministic } = call;
    return new FallbackPlan(table.catalogue, header, { first, kind, router: table.router, deterministic });
  }

  /** Attempts and retries within one group. Throws only when the call itself is over. */
  private async tryGroup(call: Progress, group: Group): Promise<EndedAttempt | GroupFailure> {
    const tried = new Tried();
    let failure: GroupFailure | undefined;
    for (let retries = 0; ; retries++) {
      call.assertAlive();
      const chosen = await this.choose(call, group, tried);
      if (chosen.candidate === undefined) return failure ?? this.refuse(call, group, chosen);
      this.mirror(call, group, chosen.candidate);
      const ended = await this.attempt(call, group, chosen.candidate, tried);
      const { candidate, error } = ended;
      if (error === undefined || ended.outcome.delivered) {
        this.observe(call, group, ended);
        return ended;
      }
      if (endsCall(error)) throw error;
      tried.add(group, candidate, error);
      failure = {
        group,
        error,
        retries,
        maxRetries: retriesConfigured(candidate, call.header, this.rules(call, group)),
      };
      const wait = this.waitBeforeRetry(call, failure, { candidate, tried });
      if (wait === null) return failure;
      call.retries += 1;
      attemptRetried(call.header.id, error, wait);
      if (wait > 0) await this.wait(call, wait, error.code);
    }
  }

  /** One attempt, or two when the group is hedged and the first is late. */
  private async attempt(
    call: Progress,
    group: Group,
    candidate: Candidate,
    tried: Tried,
  ): Promise<EndedAttempt> {
    const settings = call.table.settingsOf(group.name, group).hedge;
    if (settings === null || call.deterministic) return this.attempts.send(call, group, candidate);
    const other = async (): Promise<Candidate | undefined> => {
      const beside = tried.with(candidate);
      return (await this.picker.pick(call, group, beside, { freshOnly: true })).candidate;
    };
    const { hedges } = this.parts;
    const { ended, alsoFailed } = await race(
      call,
      group,
      candidate,
      { settings, other },
      { ...this.tools, attempts: this.attempts, hedges },
    );
    if (alsoFailed?.error !== undefined) tried.add(group, alsoFailed.candidate, alsoFailed.error);
    return ended;
  }

  /** A deployment that may be called; when all are out for a while, waits for the first as long as the config allows. */
  private async choose(call: Progress, group: Group, tried: Tried): Promise<Chosen> {
    const settings = call.table.settingsOf(group.name, group);
    let left = settings.coolingWaitMs ?? call.table.router.coolingWaitMs;
    for (;;) {
      const chosen = await this.picker.pick(call, group, tried);
      if (chosen.candidate !== undefined || left <= 0 || !tried.isEmpty) return chosen;
      const { view } = this.parts;
      const returnsAt = firstReturn(chosen.dropped, view.now);
      if (returnsAt === undefined || returnsAt - view.now > left) return chosen;
      const wait = Math.max(1, returnsAt - view.now);
      if (!canFinish(view.now + wait, call.header.deadline, 0)) return chosen;
      left -= wait;
      await this.wait(call, wait, 'cooling');
      call.assertAlive();
    }
  }

  private refuse(call: Progress, group: Group, chosen: Chosen): GroupFailure {
    const error = this.picker.noneLeft(call, group, chosen);
    groupRefused(error.code);
    const { numRetries } = call.table.router;
    const maxRetries = call.header.numRetries ?? numRetries;
    return { group, error, retries: 0, maxRetries, isRefusal: true };
  }

  /** Milliseconds, or null when the group is not tried again. */
  private waitBeforeRetry(
    call: Progress,
    { error, retries, group }: GroupFailure,
    { candidate, tried }: { readonly candidate: Candidate; readonly tried: Tried },
  ): number | null {
    const { header, table } = call;
    if (retries >= retriesAllowed(error, candidate, header, this.rules(call, group))) return null;
    const chosen = this.picker.peek(call, group, tried);
    if (chosen.candidates.length === 0) return null;
    const { retryAfterMs: floorMs, retryBudget } = table.router;
    const { random, now } = this.tools;
    const wait = chosen.isFresh ? 0 : backoffMs(error, { retries, floorMs, random });
    if (!canFinish(now() + wait, header.deadline, this.picker.quickestMs(chosen.candidates))) return null;
    return this.budget.spend(group.configured, retryBudget) ? wait : null;
  }

  private rules(call: Progress, group: Group) {
    return { router: call.table.router, group: call.table.settingsOf(group.name, group) };
  }

  private async wait(call: Progress, milliseconds: number, why: string): Promise<void> {
    call.noteWait(milliseconds, why);
    const { signal } = call.context;
    await this.tools.sleep(milliseconds, signal).catch((cause: unknown) => {
      if (!signal.aborted) throw cause;
    });
  }

  /** A copy of the call for `silent_model`, once a call; nobody waits for it. */
  private mirror(call: Progress, group: Group, { deployment: { silentModel } }: Candidate): void {
    if (silentModel === null || call.attempts > 0) return;
    const target = call.table.catalogue.resolve(silentModel);
    if (target === undefined) return;
    const { candidate } = this.picker.peek(call, target, new Tried());
    if (candidate === undefined) return;
    call.note({ step: 'mirrored', group: target.name, deploymentId: candidate.deployment.id });
    void this.attempts.send(call, target, candidate, { kind: { role: 'mirror' } });
  }

  private observe(call: Progress, group: Group, { outcome, afterMs = 0 }: EndedAttempt): void {
    const { costNanos, error } = outcome;
    if (error !== null || call.table.settingsOf(group.name, group).hedge === null) return;
    const { stream } = call.header;
    // The first attempt at a hedged call would have taken longer yet: without it the tail would seem ever shorter.
    const latencyMs = afterMs + (outcome.firstTokenMs ?? outcome.latencyMs);
    this.parts.hedges.observed(group.configured, { stream, latencyMs, costNanos });
  }

  private goOn(
    call: Progress,
    { ended, group, plan = this.planOf(call, group, 'general') }: Answered,
    has: PartialAnswer,
  ): Promise<Outcome> {
    const { attempts, picker } = this;
    return continueAnswer(call, { group, plan, broken: ended, has }, { attempts, picker });
  }
}

/** No other deployment would answer it: the request itself is at fault. That a group has nobody to ask is not the caller's doing. */
const isCallersFault = ({ error, isRefusal = false }: GroupFailure): boolean =>
  retryOf(error) === 'never' && !isRefusal;

/** Nobody else is asked. A prompt that is too long for one model, or not to its liking, may do for another. */
const isFinal = (failure: GroupFailure): boolean =>
  isCallersFault(failure) && failureKindOf(failure.error) === 'general';
