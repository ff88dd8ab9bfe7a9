import type { HedgeSettings } from '@tollgate/config';
import type { Attempts, EndedAttempt, RunningAttempt } from '../attempts.js';
import { hedgeEnded } from '../events.js';
import type { Candidate, Group } from '../group.js';
import type { Progress } from '../progress.js';
import type { HedgeBook } from './hedge-book.js';

export interface RaceTools {
  readonly attempts: Attempts;
  readonly hedges: HedgeBook;
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface Race {
  readonly settings: HedgeSettings;
  /** Another deployment that may be asked; undefined when there is none. */
  readonly other: () => Promise<Candidate | undefined>;
}

/** What a race led to: the attempt that counts, and the one that failed before it, if any. */
export interface RaceResult {
  readonly ended: EndedAttempt;
  readonly alsoFailed?: EndedAttempt;
}

/**
 * Asks one deployment, and when its first token is late a second one. Whoever answers first serves the caller, the other is
 * cancelled; both are billed for what they did.
 */
export async function race(
  call: Progress,
  group: Group,
  candidate: Candidate,
  { settings, other }: Race,
  tools: RaceTools,
): Promise<RaceResult> {
  const { attempts, hedges, now } = tools;
  const model = group.configured;
  const { stream } = call.header;
  const delayMs = hedges.delayFor(model, stream, settings);
  if (delayMs === null) return { ended: await attempts.send(call, group, candidate) };
  const startedAt = now();
  const first = attempts.begin(call, group, candidate);
  if (!(await isLate(first, delayMs, tools))) return { ended: await first.ended };
  if (!hedges.begin(model, settings)) return { ended: await first.ended };
  const second = await other();
  if (second === undefined) {
    hedges.withdraw(model);
    return { ended: await first.ended };
  }
  const afterMs = now() - startedAt;
  call.note({ at: call.elapsedMs, step: 'hedged', attempt: call.attempts + 1, afterMs });
  const hedge = attempts.begin(call, group, second, { role: 'hedge' });
  const winner = await firstToAnswer(first, hedge);
  const elapsedMs = now() - startedAt;
  const loser = winner === first ? hedge : first;
  const won = winner === hedge;
  loser.cancel();
  // Not waited for: the loser has a while to tell what it spent.
  void loser.ended.then(({ outcome, error }) => {
    const lost = won && error?.code === 'cancelled';
    hedgeEnded(group, lost);
    hedges.end(model, { won: lost, elapsedMs, stream, extraCostNanos: outcome.costNanos });
  });
  const ended = { ...(await winner.ended), ...(won && { afterMs }) };
  if (won && ended.outcome.delivered)
    call.note({ at: call.elapsedMs, step: 'hedge-won', attempt: ended.number });
  return ended.outcome.delivered ? { ended } : { ended, alsoFailed: await loser.ended };
}

async function isLate(
  { ended, delivered }: RunningAttempt,
  delayMs: number,
  { sleep }: RaceTools,
): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(delayMs, timer.signal).then(
    () => true,
    () => false,
  );
  const isLast = await Promise.race([late, delivered.then(() => false), ended.then(() => false)]);
  timer.abort();
  return isLast;
}

/** The attempt that delivers first; of two that fail the last. */
function firstToAnswer(first: RunningAttempt, second: RunningAttempt): Promise<RunningAttempt> {
  return new Promise((resolve) => {
    let failed = 0;
    for (const attempt of [first, second]) {
      void attempt.delivered.then(() => resolve(attempt));
      void attempt.ended.then(({ outcome }) => {
        if (outcome.delivered || ++failed === 2) resolve(attempt);
      });
    }
  });
}
