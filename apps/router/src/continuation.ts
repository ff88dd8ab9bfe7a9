import { GatewayError, type Outcome, type PartialAnswer } from '@tollgate/contracts';
import type { Attempts, EndedAttempt } from './attempts.js';
import { callContinued } from './events.js';
import type { FallbackPlan } from './fallbacks/fallback-plan.js';
import type { Group } from './group.js';
import { Tried, type Picker } from './picker.js';
import type { Progress } from './progress.js';

/** Attempts that one answer may be pieced together from beyond its first. */
const MAX_CONTINUATIONS = 4;

interface BrokenAnswer {
  readonly group: Group;
  readonly broken: EndedAttempt;
  /** Of the broken attempt: the caller has that much and waits. */
  readonly has: PartialAnswer;
  readonly plan: FallbackPlan;
}

/**
 * Goes on where an answer broke off: another deployment of the group, then the fallbacks that are left, each told what the caller has. Throws
 * the error of the broken attempt when none goes on: the caller then gets it at the end of what it has.
 */
export async function continueAnswer(
  call: Progress,
  { group, broken, has, plan }: BrokenAnswer,
  { attempts, picker }: { readonly attempts: Attempts; readonly picker: Picker },
): Promise<Outcome> {
  const error = broken.error ?? new GatewayError('upstream_stream_broken', 'The answer broke off.');
  let partial = has;
  let current: Group | undefined = group;
  const tried = new Tried();
  tried.add(group, broken.candidate, error);
  for (let made = 0; made < MAX_CONTINUATIONS && current !== undefined;) {
    call.assertAlive();
    const { candidate } = await picker.pick(call, current, tried, { freshOnly: true });
    if (candidate === undefined) {
      plan.failed('general');
      current = plan.next();
      call.arm = null;
      call.excluded = undefined;
      if (current !== undefined) call.fallbacks += 1;
      continue;
    }
    made += 1;
    call.note({
      at: call.elapsedMs,
      step: 'continued',
      group: current.name,
      characters: partial.text.length,
    });
    const kind = { role: 'continuation' as const, partial };
    const ended = await attempts.send(call, current, candidate, { kind });
    callContinued(current, ended.outcome.delivered);
    if (ended.outcome.delivered && ended.outcome.partial === undefined) return ended.outcome;
    if (ended.outcome.partial !== undefined) partial = ended.outcome.partial;
    tried.add(current, candidate, ended.error ?? error);
  }
  throw error;
}
