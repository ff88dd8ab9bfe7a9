import type { HedgeSettings } from '@tollgate/config';
import type { Attempts, EndedAttempt } from './attempts.js';
import { firstReturn } from './cooling-wait.js';
import { attemptRetried, groupRefused } from './events.js';
import type { GroupFailure } from './failures.js';
import type { Candidate, Group } from './group.js';
import { race } from './hedging/race.js';
import { Tried, type Chosen, type Picker } from './picker.js';
import type { Progress } from './progress.js';
import type { RetryBudget } from './retries/retry-budget.js';
import { backoffMs, canFinish, endsCall, retriesAllowed, retriesConfigured } from './retries/retry.js';
import type { RouterParts, RouterTools } from './router-parts.js';

/** Who picks, who sends, and how many retries there may be: shared with whoever else routes a call. */
interface Shared {
  readonly attempts: Attempts;
  readonly picker: Picker;
  readonly budget: RetryBudget;
}

/** What is tried within one group for a call: picks, waits, hedges, retries. */
export class GroupTries {
  constructor(
    private readonly parts: Pick<RouterParts, 'view' | 'hedges'>,
    private readonly tools: RouterTools,
    private readonly shared: Shared,
  ) {}

  /** Resolves with the attempt that was delivered or with the last failure. Throws only when the call itself is over. */
  async run(call: Progress, group: Group): Promise<EndedAttempt | GroupFailure> {
    const tried = new Tried();
    let failure: GroupFailure | undefined;
    for (let retries = 0; ; retries++) {
      call.assertAlive();
      const choosing = this.choose(call, group, tried);
      const chosen = choosing instanceof Promise ? await choosing : choosing;
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
  private attempt(call: Progress, group: Group, candidate: Candidate, tried: Tried): Promise<EndedAttempt> {
    const settings = call.table.settingsOf(group.name, group).hedge;
    return settings === null || call.deterministic
      ? this.shared.attempts.send(call, group, candidate)
      : this.hedged(call, group, candidate, { tried, settings });
  }

  private async hedged(
    call: Progress,
    group: Group,
    candidate: Candidate,
    { tried, settings }: { readonly tried: Tried; readonly settings: HedgeSettings },
  ): Promise<EndedAttempt> {
    const other = async (): Promise<Candidate | undefined> => {
      const beside = tried.with(candidate);
      return (await this.shared.picker.pick(call, group, beside, { freshOnly: true })).candidate;
    };
    const { hedges } = this.parts;
    const { ended, alsoFailed } = await race(
      call,
      group,
      candidate,
      { settings, other },
      { ...this.tools, attempts: this.shared.attempts, hedges },
    );
    if (alsoFailed?.error !== undefined) tried.add(group, alsoFailed.candidate, alsoFailed.error);
    return ended;
  }

  /** A deployment that may be called; when all are out for a while, waits for the first as long as the config allows. */
  private choose(call: Progress, group: Group, tried: Tried): Chosen | Promise<Chosen> {
    const chosen = this.shared.picker.pick(call, group, tried);
    const isFound = !(chosen instanceof Promise) && chosen.candidate !== undefined;
    return isFound || !tried.isEmpty ? chosen : this.waitForOne(call, group, tried, chosen);
  }

  private async waitForOne(
    call: Progress,
    group: Group,
    tried: Tried,
    first: Chosen | Promise<Chosen>,
  ): Promise<Chosen> {
    const settings = call.table.settingsOf(group.name, group);
    let left = settings.coolingWaitMs ?? call.table.router.coolingWaitMs;
    for (let chosen = await first; ; chosen = await this.shared.picker.pick(call, group, tried)) {
      if (chosen.candidate !== undefined || left <= 0) return chosen;
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
    const error = this.shared.picker.noneLeft(call, group, chosen);
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
    const chosen = this.shared.picker.peek(call, group, tried);
    if (chosen.candidates.length === 0) return null;
    const { retryAfterMs: floorMs, retryBudget } = table.router;
    const { random, now } = this.tools;
    const wait = chosen.isFresh ? 0 : backoffMs(error, { retries, floorMs, random });
    if (!canFinish(now() + wait, header.deadline, this.shared.picker.quickestMs(chosen.candidates)))
      return null;
    return this.shared.budget.spend(group.configured, retryBudget) ? wait : null;
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
    if (silentModel === null || call.attempts > 0 || call.isSession) return;
    const target = call.table.catalogue.resolve(silentModel);
    if (target === undefined) return;
    const { candidate } = this.shared.picker.peek(call, target, new Tried());
    if (candidate === undefined) return;
    call.note({
      at: call.elapsedMs,
      step: 'mirrored',
      group: target.name,
      deploymentId: candidate.deployment.id,
    });
    void this.shared.attempts.send(call, target, candidate, { kind: { role: 'mirror' } });
  }

  private observe(call: Progress, group: Group, { outcome, afterMs = 0 }: EndedAttempt): void {
    const { costNanos, error } = outcome;
    if (error !== null || call.table.settingsOf(group.name, group).hedge === null) return;
    const { stream } = call.header;
    // The first attempt at a hedged call would have taken longer yet: without it the tail would seem ever shorter.
    const latencyMs = afterMs + (outcome.firstTokenMs ?? outcome.latencyMs);
    this.parts.hedges.observed(group.configured, { stream, latencyMs, costNanos });
  }
}
