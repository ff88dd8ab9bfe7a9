import type { ForwardOptions } from '@tollgate/bus';
import {
  GatewayError,
  attemptCall,
  type AttemptHeader,
  type AttemptRole,
  type Outcome,
  type PartialAnswer,
} from '@tollgate/contracts';
import type { AttemptNews } from './alerts/attempt-news.js';
import { attemptEnded } from './events.js';
import { attemptError } from './failures.js';
import type { Candidate, Group } from './group.js';
import type { DeploymentHealth } from './health/deployment-health.js';
import { isDeploymentFault } from './health/cooldown.js';
import type { DeploymentStatsBook } from './health/deployment-stats-book.js';
import type { ProviderLimitBook } from './health/provider-limit-book.js';
import type { Progress } from './progress.js';
import { clocksFor, withOwnTimeout } from './retries/clocks.js';
import type { SpendWatch } from './spend/spend-watch.js';

/** An attempt that is over. `error` undefined: it delivered. */
export interface EndedAttempt {
  readonly number: number;
  readonly candidate: Candidate;
  readonly outcome: Outcome;
  readonly error: GatewayError | undefined;
  /** Of a hedge: how long the call had waited for another attempt when it began (ms). */
  readonly afterMs?: number;
}

/** An attempt under way, in competition with another one. */
export interface RunningAttempt {
  readonly ended: Promise<EndedAttempt>;
  /** Its head went out to the caller. Stays pending when that never happens. */
  readonly delivered: Promise<void>;
  /** Ends this attempt and nothing else. */
  cancel(): void;
}

export interface AttemptKind {
  readonly role: AttemptRole;
  readonly partial?: PartialAnswer;
}

const PRIMARY: AttemptKind = { role: 'primary' };
/** Mirrors are not counted. */
const MIRROR_NUMBER = 0;

interface AttemptsTools {
  readonly health: DeploymentHealth;
  readonly stats: DeploymentStatsBook;
  readonly limits: ProviderLimitBook;
  readonly spend: SpendWatch;
  readonly news: AttemptNews;
  readonly now: () => number;
}

/** Sends calls to deployments and lets everybody learn from how that went. */
export class Attempts {
  constructor(private readonly tools: AttemptsTools) {}

  async send(
    call: Progress,
    group: Group,
    candidate: Candidate,
    { kind = PRIMARY, options = {} }: { kind?: AttemptKind; options?: ForwardOptions } = {},
  ): Promise<EndedAttempt> {
    const { health, stats, limits } = this.tools;
    const isMirror = kind.role === 'mirror';
    const number = isMirror ? MIRROR_NUMBER : ++call.attempts;
    const attemptId = call.idOfAttempt(isMirror ? 'mirror' : number);
    const header = this.headerOf(call, group, candidate, { attemptId, ...kind });
    const { id } = candidate.deployment;
    const tokens = call.header.inputTokens;
    stats.started(id, tokens);
    limits.started(id, tokens);
    const isProbe = health.circuit(id).state !== 'closed';
    const heard = {
      delivered: () => {
        health.delivered(candidate, attemptId);
        options.delivered?.();
      },
    };
    const outcome = await call.context.forward(attemptCall, candidate.provider, header, {
      ...options,
      ...(isProbe && heard),
    });
    // Of a mirror nobody gets to see anything: that is no failure.
    const isUnseen = isMirror && outcome.error === null;
    const error = isUnseen ? undefined : attemptError(outcome, candidate);
    return this.settle(call, group, attemptId, { number, candidate, outcome, error });
  }

  /** Like `send`, for an attempt that another one may overtake. */
  begin(call: Progress, group: Group, candidate: Candidate, kind: AttemptKind = PRIMARY): RunningAttempt {
    const controller = new AbortController();
    let deliver!: () => void;
    const delivered = new Promise<void>((resolve) => (deliver = resolve));
    const options = { signal: controller.signal, delivered: deliver };
    const ended = this.send(call, group, candidate, { kind, options });
    return { ended, delivered, cancel: () => controller.abort() };
  }

  private headerOf(
    call: Progress,
    group: Group,
    { deployment, upstreamModel }: Candidate,
    { role, partial, attemptId }: AttemptKind & { readonly attemptId: string },
  ): AttemptHeader {
    const { header, table, retries, fallbacks, spentNanos } = call;
    const settings = table.settingsOf(group.name, group);
    const isMirror = role === 'mirror';
    return {
      call: header,
      attemptId,
      deploymentId: deployment.id,
      group: group.name,
      upstreamModel,
      clocks: clocksFor(header, deployment, { router: table.router, group: settings, now: this.tools.now() }),
      retries,
      fallbacks,
      role,
      arm: isMirror ? null : call.arm,
      resumable: !isMirror && call.resumable,
      ...(partial !== undefined && { partial }),
      ...(spentNanos > 0 && { spentNanos }),
    };
  }

  private settle(call: Progress, group: Group, attemptId: string, ended: EndedAttempt): EndedAttempt {
    const { health, stats, limits, spend, news } = this.tools;
    const { number, candidate, outcome, error } = ended;
    const { table } = call;
    const { deployment } = candidate;
    const { id } = deployment;
    const failure = error ?? (outcome.error === null ? undefined : GatewayError.fromShape(outcome.error));
    const rules = { router: table.router, group: table.settingsOf(group.name, group) };
    const header = failure === undefined ? call.header : withOwnTimeout(call.header, deployment, rules);
    const change = health.settled(candidate, { attemptId, error: failure ?? null, header });
    const isFault = failure !== undefined && isDeploymentFault(failure, header);
    stats.ended(id, { outcome, isFault, tokens: header.inputTokens });
    news.ended({ group, candidate, outcome, failure, isFault, change });
    if (outcome.limits !== undefined) limits.learned(id, outcome.limits, sinceHead(outcome));
    // A mirror is nobody's but the operator's.
    const isMirror = number === MIRROR_NUMBER;
    spend.spent(candidate, isMirror ? [] : header.tags, outcome.costNanos);
    if (!isMirror) call.spentNanos += outcome.costNanos ?? 0;
    const code = failure?.code ?? null;
    attemptEnded(candidate.provider, code);
    const { delivered, latencyMs, firstTokenMs } = outcome;
    call.note({
      step: 'answered',
      attempt: number,
      deploymentId: id,
      delivered,
      code,
      latencyMs,
      firstTokenMs,
    });
    if (change !== null) call.note({ step: 'circuit', deploymentId: id, ...change });
    return ended;
  }
}

/** How old the headers of an answer are when it ends (ms). */
const sinceHead = ({ latencyMs, firstTokenMs }: Outcome): number => latencyMs - (firstTokenMs ?? latencyMs);
