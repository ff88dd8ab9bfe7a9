import { setTimeout as delay } from 'node:timers/promises';
import type { CallContext } from '@tollgate/bus';
import type { GatewayConfig } from '@tollgate/config';
import {
  GatewayError,
  attemptCall,
  toGatewayError,
  type AttemptHeader,
  type CallHeader,
  type Outcome,
} from '@tollgate/contracts';
import type { State } from '@tollgate/state';
import { Catalogue } from './catalogue.js';
import { clocksFor } from './clocks.js';
import { DecisionLog, type Decision } from './decision-log.js';
import {
  attemptEnded,
  attemptRetried,
  callFailed,
  callFellBack,
  callRouted,
  groupRefused,
} from './events.js';
import { FallbackPlan } from './fallback-plan.js';
import {
  attemptError,
  exhausted,
  returnsInMs,
  unknownModel,
  type GroupFailure,
} from './failures.js';
import type { Candidate, Group } from './group.js';
import { DeploymentHealth } from './health/deployment-health.js';
import { openCircuits } from './health/open-circuits.js';
import { SHORTEST_ATTEMPT_MS, backoffMs, endsCall, maxRetries, retryOf } from './retry.js';
import { CLOSED, NO_STATS, type RoutingView } from './routing-view.js';
import { select, whyNone, type Selection } from './selection.js';
import { choose } from './strategies/choose.js';
import { strategyOf } from './strategies/strategy-of.js';

/** What a spec wants to have in its hand. */
export interface RouterTools {
  readonly now: () => number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const TOOLS: RouterTools = {
  now: Date.now,
  random: Math.random,
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
};

type RouteContext = Pick<CallContext, 'signal' | 'forward'>;

/** How far a call has come. */
interface Progress {
  readonly header: CallHeader;
  readonly context: RouteContext;
  readonly decision: Decision;
  attempts: number;
  retries: number;
  fallbacks: number;
}

/** Finds a deployment that answers a call: picks, retries, falls back, and learns from every outcome. */
export class CallRouter {
  readonly decisions = new DecisionLog();
  private readonly catalogue: Catalogue;
  private readonly health: DeploymentHealth;

  constructor(
    private readonly config: GatewayConfig,
    private readonly state: State,
    private readonly tools: RouterTools = TOOLS,
  ) {
    this.catalogue = new Catalogue(config);
    this.health = new DeploymentHealth(state, () => config.router, tools.now);
  }

  /** Resolves with the outcome of the attempt that answered; throws a GatewayError when the caller has seen nothing. */
  async route(header: CallHeader, context: RouteContext): Promise<Outcome> {
    const decision = this.decisions.begin(header.id, header.model);
    const call: Progress = { header, context, decision, attempts: 0, retries: 0, fallbacks: 0 };
    try {
      const group = this.catalogue.resolve(header.model);
      if (group === undefined) throw unknownModel(header.model);
      const result = await this.tryGroup(call, group);
      return 'group' in result ? await this.fallBack(call, result) : result;
    } catch (cause) {
      const error = toGatewayError(cause);
      decision.steps.push({ step: 'failed', code: error.code });
      callFailed(header, error, call.attempts);
      throw error;
    } finally {
      callRouted(decision);
    }
  }

  private async fallBack(call: Progress, first: GroupFailure): Promise<Outcome> {
    const isCallersFault = retryOf(first.error) === 'never' && first.error.code !== 'all_cooling';
    if (isCallersFault) throw first.error;
    const { steps } = call.decision;
    const { maxFallbacks } = this.config.router;
    const plan = new FallbackPlan(this.catalogue, call.header, { first: first.group, maxFallbacks });
    let last: GroupFailure | undefined;
    for (let group = plan.next(); group !== undefined; group = plan.next()) {
      call.fallbacks += 1;
      callFellBack(call.header.id, last?.group ?? first.group, group);
      steps.push({ step: 'fell-back', group: group.name });
      const result = await this.tryGroup(call, group);
      if (!('group' in result)) return result;
      last = result;
    }
    for (const { name, reason } of plan.skipped) steps.push({ step: 'skipped', group: name, reason });
    if (first.error.code === 'all_cooling' && plan.fallbacks.length === 0) throw first.error;
    const notAllowed = plan.skipped.filter(({ reason }) => reason === 'not-allowed').map(({ name }) => name);
    const retryAfterMs = returnsInMs(first.group, this.cooling(), this.tools.now());
    throw exhausted(first, { fallbacks: plan.fallbacks, skipped: notAllowed, last, retryAfterMs });
  }

  /** Attempts and retries within one group. Throws only when the call itself is over. */
  private async tryGroup(call: Progress, group: Group): Promise<Outcome | GroupFailure> {
    let failures: Failures | undefined;
    let failure: GroupFailure | undefined;
    for (let retries = 0; ; retries++) {
      this.assertAlive(call);
      const candidate = this.pickFrom(call, group, failures);
      if (candidate === undefined) return failure ?? this.noneLeft(call, group);
      const outcome = await this.attempt(call, group, candidate);
      const error = attemptError(outcome, candidate);
      if (error === undefined || outcome.delivered) return outcome;
      if (endsCall(error)) throw error;
      failures ??= { tried: new Set(), unfit: new Set() };
      note(failures, group, { candidate, error });
      failure = {
        group,
        error,
        retries,
        maxRetries: maxRetries(call.header, candidate, this.config.router),
      };
      const wait = this.waitBeforeRetry(call, failure, failures);
      if (wait === null) return failure;
      call.retries += 1;
      attemptRetried(call.header.id, error, wait);
      if (wait > 0) await this.wait(call, wait);
    }
  }

  private pickFrom(call: Progress, group: Group, failures: Failures | undefined): Candidate | undefined {
    const { header } = call;
    const { router } = this.config;
    const { candidates, dropped } = this.selectFrom(call, group, failures);
    const candidate = choose(candidates, {
      call: header,
      view: this.view(),
      random: this.tools.random,
      args: router.strategyArguments,
      strategy: strategyOf(group, router),
      affinity: router.affinity,
    });
    if (candidate !== undefined) {
      call.decision.steps.push({
        step: 'picked',
        attempt: call.attempts + 1,
        group: group.name,
        deploymentId: candidate.deployment.id,
        candidates: candidates.map(({ deployment }) => deployment.id),
        dropped,
      });
    }
    return candidate;
  }

  private selectFrom({ header }: Progress, group: Group, failures: Failures | undefined): Selection {
    return select(group, header, { view: this.view(), config: this.config.router, failures });
  }

  /** Circuits alone: what else is known of deployments is not shared yet. */
  private view(): RoutingView {
    const cooling = this.cooling();
    const now = this.tools.now();
    return {
      now,
      circuit: (id) => {
        const until = cooling.get(id);
        return until === undefined ? CLOSED : { state: 'open', until, probing: false };
      },
      stats: () => NO_STATS,
      limitedUntil: () => null,
      exhaustedBudget: () => null,
    };
  }

  private async attempt(call: Progress, group: Group, candidate: Candidate): Promise<Outcome> {
    const { header, context, decision } = call;
    const { deployment, provider, upstreamModel } = candidate;
    const attempt = ++call.attempts;
    const now = this.tools.now();
    const attemptHeader: AttemptHeader = {
      call: header,
      attemptId: `${header.id}:${attempt}`,
      deploymentId: deployment.id,
      group: group.name,
      upstreamModel,
      clocks: clocksFor(header, deployment, { router: this.config.router, now }),
      retries: call.retries,
      fallbacks: call.fallbacks,
      role: 'primary',
      arm: null,
      resumable: false,
    };
    await this.health.enter(candidate, attemptHeader.attemptId);
    const outcome = await context.forward(attemptCall, provider, attemptHeader);
    const { delivered, latencyMs } = outcome;
    const error = attemptError(outcome, candidate);
    const code = error?.code ?? null;
    attemptEnded(provider, code);
    decision.steps.push({ step: 'answered', attempt, delivered, code, latencyMs });
    const { attemptId } = attemptHeader;
    const change = this.health.settled(candidate, { attemptId, error: error ?? null, header });
    if (change?.until != null)
      decision.steps.push({ step: 'cooled', deploymentId: deployment.id, until: change.until });
    return outcome;
  }

  /** Milliseconds, or null when the group is not tried again. */
  private waitBeforeRetry(call: Progress, failure: GroupFailure, failures: Failures): number | null {
    const { error, retries, group } = failure;
    if (retryOf(error) === 'never' || retries >= failure.maxRetries) return null;
    const { candidates, isFresh } = this.selectFrom(call, group, failures);
    if (candidates.length === 0) return null;
    const { retryAfterMs: floorMs } = this.config.router;
    const wait = isFresh ? 0 : backoffMs(error, { retries, floorMs, random: this.tools.random });
    const fits = this.tools.now() + wait + SHORTEST_ATTEMPT_MS <= call.header.deadline;
    return fits ? wait : null;
  }

  private async wait(call: Progress, milliseconds: number): Promise<void> {
    call.decision.steps.push({ step: 'waited', milliseconds });
    await this.tools.sleep(milliseconds, call.context.signal).catch((cause: unknown) => {
      if (!call.context.signal.aborted) throw cause;
    });
  }

  private noneLeft(call: Progress, group: Group): GroupFailure {
    const { header } = call;
    const asked = { call: header, view: this.view(), config: this.config.router };
    const error = whyNone(group, this.selectFrom(call, group, undefined), asked);
    groupRefused(error.code);
    call.decision.steps.push({ step: 'none-left', group: group.name, code: error.code });
    const { numRetries } = this.config.router;
    return { group, error, retries: 0, maxRetries: header.numRetries ?? numRetries };
  }

  private cooling(): ReadonlyMap<string, number> {
    return openCircuits(this.state, this.tools.now());
  }

  private assertAlive({ header, context: { signal } }: Progress): void {
    if (signal.aborted) {
      throw signal.reason instanceof GatewayError
        ? signal.reason
        : new GatewayError('cancelled', 'The call was cancelled.');
    }
    if (this.tools.now() >= header.deadline)
      throw new GatewayError('deadline_exceeded', 'The call took longer than its deadline allows.');
  }
}

/** What went wrong in one group so far, by deployment id. */
interface Failures {
  readonly tried: Set<string>;
  readonly unfit: Set<string>;
}

/** A provider without a worker fails all its deployments; an error of class `other` fails this one for good. */
function note(
  { tried, unfit }: Failures,
  group: Group,
  { candidate, error }: { readonly candidate: Candidate; readonly error: GatewayError },
): void {
  tried.add(candidate.deployment.id);
  if (retryOf(error) !== 'other') return;
  unfit.add(candidate.deployment.id);
  if (error.code !== 'provider_unavailable') return;
  for (const { provider, deployment } of group.candidates) {
    if (provider === candidate.provider) unfit.add(deployment.id);
  }
}
