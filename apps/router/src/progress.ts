import type { CallContext } from '@tollgate/bus';
import type { GroupSettings } from '@tollgate/config';
import {
  GatewayError,
  TASK_OF,
  sendingId,
  type CallHeader,
  type Decision,
  type DecisionStep,
} from '@tollgate/contracts';
import type { Arm } from './canary/canary-book.js';
import type { RoutingTable } from './routing-table.js';

export interface RouteContext extends Pick<CallContext, 'signal' | 'forward'> {
  readonly aborts: Pick<CallContext['aborts'], 'aborted' | 'reason'>;
}

/** How far a call has come. */
export class Progress {
  attempts = 0;
  retries = 0;
  fallbacks = 0;
  /** What attempts that are over were billed, as far as it is known. */
  spentNanos = 0;
  /** Deployments that get no calls of this kind. */
  excluded: ReadonlySet<string> | undefined;
  /** The arm that is being tried. */
  arm: Arm | null = null;

  constructor(
    readonly header: CallHeader,
    readonly context: RouteContext,
    readonly table: RoutingTable,
    readonly decision: Decision,
    /** Of the name that the caller wrote. */
    readonly settings: GroupSettings,
    private readonly now: () => number,
  ) {}

  /** Also the id of its usage event; numbers begin at 1, again after every resend. */
  idOfAttempt(number: number | 'mirror'): string {
    return `${sendingId(this.header)}:${number}`;
  }

  /** The answer must come from the model that was named. */
  get deterministic(): boolean {
    return this.header.deterministic === true || this.settings.deterministic;
  }

  /** What its caller will say nobody knows: there is nothing to be copied. */
  get isSession(): boolean {
    return TASK_OF[this.header.dialect] === 'realtime';
  }

  /** Another attempt may go on where one breaks off. */
  get resumable(): boolean {
    return this.settings.onStreamFailure === 'continue' && this.header.stream && !this.deterministic;
  }

  /** Since the call began: when a step is taken. */
  get elapsedMs(): number {
    return this.now() - this.header.startedAt;
  }

  note(step: DecisionStep): void {
    this.decision.steps.push(step);
  }

  /** A wait that follows another one for the same reason is the same wait. */
  noteWait(milliseconds: number, why: string): void {
    const last = this.decision.steps.at(-1);
    if (last?.step === 'waited' && last.why === why) last.milliseconds += milliseconds;
    else this.note({ at: this.elapsedMs, step: 'waited', milliseconds, why });
  }

  /** Throws when nothing that is tried could still be delivered. */
  assertAlive(): void {
    // Not the signal: asking for it makes one, and most calls end without anybody waiting for it.
    const { aborted, reason } = this.context.aborts;
    if (aborted) {
      throw reason instanceof GatewayError
        ? reason
        : new GatewayError('cancelled', 'The call was cancelled.');
    }
    if (this.now() >= this.header.deadline)
      throw new GatewayError('deadline_exceeded', 'The call took longer than its deadline allows.');
  }
}
