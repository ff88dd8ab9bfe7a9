import { GROUP_DEFAULTS } from '@tollgate/config';
import {
  GatewayError,
  toGatewayError,
  type CallHeader,
  type Decision,
  type Outcome,
  type PartialAnswer,
} from '@tollgate/contracts';
import { Attempts, type EndedAttempt } from './attempts.js';
import type { Trial } from './canary/canary-desk.js';
import { continueAnswer } from './continuation.js';
import { firstReturn } from './cooling-wait.js';
import { callFailed, callFellBack, callRouted } from './events.js';
import { failureKindOf } from './fallbacks/failure-kind.js';
import { FallbackPlan } from './fallbacks/fallback-plan.js';
import { exhausted, unknownModel, type GroupFailure } from './failures.js';
import { GroupTries } from './group-tries.js';
import type { Group } from './group.js';
import { Picker, Tried } from './picker.js';
import { Progress, type RouteContext } from './progress.js';
import { RetryBudget } from './retries/retry-budget.js';
import { canFinish, retryOf } from './retries/retry.js';
import { REAL_TOOLS, type RouterParts, type RouterTools } from './router-parts.js';
import { RoutingTable } from './routing-table.js';

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
  private readonly tries: GroupTries;
  private table: RoutingTable;

  constructor(
    private readonly parts: RouterParts,
    private readonly tools: RouterTools = REAL_TOOLS,
  ) {
    this.attempts = new Attempts({ ...parts, now: tools.now });
    this.picker = new Picker(parts, tools.random);
    this.budget = new RetryBudget(tools.now);
    const { attempts, picker, budget } = this;
    this.tries = new GroupTries(parts, tools, { attempts, picker, budget });
    this.table = new RoutingTable(parts.config.current);
    parts.config.follow((config) => {
      this.table = new RoutingTable(config);
      parts.canaries.follow(this.table);
    });
  }

  /** Resolves with the outcome of the attempt that answered; throws a GatewayError when the caller has seen nothing of it. */
  async route(header: CallHeader, context: RouteContext): Promise<Outcome> {
    const { group, call } = this.begin(header, context);
    const open = this.parts.open.began(header);
    try {
      if (group === undefined) throw unknownModel(header);
      const result = await this.answer(call, group);
      const answered = 'group' in result ? await this.fallBack(call, result) : { ended: result, group };
      const { outcome } = answered.ended;
      const { partial } = outcome;
      return partial === undefined ? outcome : await this.goOn(call, answered, partial);
    } catch (cause) {
      const error = toGatewayError(cause);
      call.note({ at: call.elapsedMs, step: 'failed', code: error.code });
      callFailed(header, error, call.attempts);
      throw error;
    } finally {
      this.parts.open.ended(open);
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
      call.note({ at: call.elapsedMs, step: 'failed', code: 'unknown_model' });
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
      call.note({ at: call.elapsedMs, step: 'fell-back', group: next.name, because: 'if the above failed' });
      plan.failed('general');
    }
    for (const { name, reason } of plan.skipped)
      call.note({ at: call.elapsedMs, step: 'skipped', group: name, reason });
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
      call.note({ at: call.elapsedMs, step: 'resolved', name: header.model, group: group.name });
      if (!isDry) this.budget.earn(group.configured, table.router.retryBudget);
    }
    return { group, call };
  }

  /** The canary first where the call belongs to it; what it cannot answer the baseline does. */
  private answer(call: Progress, group: Group): Promise<EndedAttempt | GroupFailure> {
    const trial = this.parts.canaries.trialOf(call, this.tools.random);
    return trial === undefined ? this.tries.run(call, group) : this.answerInTrial(call, group, trial);
  }

  private async answerInTrial(
    call: Progress,
    group: Group,
    trial: Trial,
  ): Promise<EndedAttempt | GroupFailure> {
    if (trial.arm === 'canary') {
      const result = await this.tryCanary(call, trial);
      call.arm = null;
      // What it broke off in the middle is the baseline's to go on with.
      if (result !== undefined && !('group' in result)) return result;
      if (result !== undefined) {
        if (isFinal(result) || !this.hasTime(call)) throw result.error;
        call.fallbacks += 1;
        call.note({
          at: call.elapsedMs,
          step: 'fell-back',
          group: group.name,
          because: `canary: ${result.error.code}`,
        });
      }
    }
    const result = await this.tries.run(call, group);
    if (trial.arm === 'baseline') this.parts.canaries.record(trial, result);
    return result;
  }

  /** Undefined when what the canary goes to is not there any more. */
  private async tryCanary(call: Progress, trial: Trial): Promise<EndedAttempt | GroupFailure | undefined> {
    const target = call.table.catalogue.resolve(trial.canary.settings.to);
    if (target === undefined) return undefined;
    const { excluded } = call;
    call.excluded = undefined;
    const result = await this.tries.run(call, target);
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
        call.note({ at: call.elapsedMs, step: 'skipped', group: group.name, reason: 'no-time' });
        break;
      }
      const because = last?.error.code ?? first.error.code;
      call.fallbacks += 1;
      call.arm = null;
      call.excluded = undefined;
      callFellBack(call.header.id, last?.group ?? first.group, group);
      this.parts.news.fellBack(last?.group ?? first.group, group, because);
      call.note({ at: call.elapsedMs, step: 'fell-back', group: group.name, because });
      const result = await this.tries.run(call, group);
      if (!('group' in result)) return { ended: result, group, plan };
      last = result;
      plan.failed(failureKindOf(result.error));
    }
    for (const { name, reason } of plan.skipped)
      call.note({ at: call.elapsedMs, step: 'skipped', group: name, reason });
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
