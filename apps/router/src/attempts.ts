import type { ForwardOptions } from '@tollgate/bus';
import {
  attemptCall,
  type AttemptHeader,
  type AttemptRole,
  type CallHeader,
  type GatewayError,
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

/** What came back of an attempt. */
type Answer = Pick<EndedAttempt, 'number' | 'candidate' | 'outcome'>;

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

  send(
    call: Progress,
    group: Group,
    candidate: Candidate,
    { kind = PRIMARY, options }: { kind?: AttemptKind; options?: ForwardOptions } = {},
  ): Promise<EndedAttempt> {
    const { health, stats, limits } = this.tools;
    const isMirror = kind.role === 'mirror';
    const number = isMirror ? MIRROR_NUMBER : ++call.attempts;
    const attemptId = call.idOfAttempt(isMirror ? 'mirror' : number);
    const header = this.headerOf(call, group, candidate, { attemptId, kind });
    const { id } = candidate.deployment;
    const tokens = call.header.inputTokens;
    stats.started(id, tokens);
    limits.started(id, tokens);
    const isProbe = !health.allClosed && health.circuit(id).state !== 'closed';
    const heard = isProbe ? this.heard(candidate, attemptId, options) : options;
    return call.context
      .forward(attemptCall, candidate.provider, header, heard)
      .then((outcome) => this.settle(call, group, attemptId, { number, candidate, outcome }));
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

  /** The circuit of a probe hears of its head. */
  private heard(candidate: Candidate, attemptId: string, options: ForwardOptions = {}): ForwardOptions {
    return {
      ...options,
      delivered: () => {
        this.tools.health.delivered(candidate, attemptId);
        options.delivered?.();
      },
    };
  }

  private headerOf(
    call: Progress,
    group: Group,
    { deployment, upstreamModel }: Candidate,
    { attemptId, kind }: { readonly attemptId: string; readonly kind: AttemptKind },
  ): AttemptHeader {
    const { role, partial } = kind;
    const { header, table, retries, fallbacks, spentNanos } = call;
    const settings = table.settingsOf(group.name, group);
    const isMirror = role === 'mirror';
    const attempt: AttemptHeader = {
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
    };
    if (partial !== undefined) attempt.partial = partial;
    if (spentNanos > 0) attempt.spentNanos = spentNanos;
    return attempt;
  }

  private settle(call: Progress, group: Group, attemptId: string, answer: Answer): EndedAttempt {
    const { health, stats, limits, spend, news } = this.tools;
    const { number, candidate, outcome } = answer;
    const { id } = candidate.deployment;
    const isMirror = number === MIRROR_NUMBER;
    // Of a mirror nobody gets to see anything: that is no failure.
    const isUnseen = isMirror && outcome.error === null;
    const error = isUnseen ? undefined : attemptError(outcome, candidate);
    const header = error === undefined ? call.header : this.judgedBy(call, group, candidate);
    const change = health.settled(candidate, { attemptId, error: error ?? null, header });
    const isFault = error !== undefined && isDeploymentFault(error, header);
    stats.ended(id, { outcome, isFault, tokens: header.inputTokens });
    news.ended({ group, candidate, outcome, failure: error, isFault, change });
    if (outcome.limits !== undefined) limits.learned(id, outcome.limits, sinceHead(outcome));
    // A mirror is nobody's but the operator's.
    spend.spent(candidate, isMirror ? [] : header.tags, outcome.costNanos);
    if (!isMirror) call.spentNanos += outcome.costNanos ?? 0;
    const code = error?.code ?? null;
    attemptEnded(candidate.provider, code);
    const { delivered, latencyMs, firstTokenMs } = outcome;
    call.note({
      at: call.elapsedMs,
      step: 'answered',
      attempt: number,
      deploymentId: id,
      delivered,
      code,
      latencyMs,
      firstTokenMs,
    });
    if (change !== null) call.note({ at: call.elapsedMs, step: 'circuit', deploymentId: id, ...change });
    return { number, candidate, outcome, error };
  }

  /** The header that an attempt's failure is judged by. */
  private judgedBy({ header, table }: Progress, group: Group, { deployment }: Candidate): CallHeader {
    const rules = { router: table.router, group: table.settingsOf(group.name, group) };
    return withOwnTimeout(header, deployment, rules);
  }
}

/** How old the headers of an answer are when it ends (ms). */
const sinceHead = ({ latencyMs, firstTokenMs }: Outcome): number => latencyMs - (firstTokenMs ?? latencyMs);
