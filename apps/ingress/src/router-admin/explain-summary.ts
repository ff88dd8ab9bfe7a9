import type { DecisionStep } from '@tollgate/contracts';

type Step<Name extends DecisionStep['step']> = Extract<DecisionStep, { step: Name }>;

/** One step of a decision in plain words: `picked az-eu of 3: simple-shuffle; az-us dropped: open until 12:00:03`. */
export function summaryOf(step: DecisionStep): string {
  switch (step.step) {
    case 'resolved':
      return step.name === step.group ? `asked for ${step.name}` : `${step.name} stands for ${step.group}`;
    case 'canary':
      return step.arm === 'canary' ? `canary: goes to ${step.to}` : `canary: stays off ${step.to}`;
    case 'picked':
      return picked(step);
    case 'answered':
      return answered(step);
    case 'circuit':
      return `circuit of ${step.deploymentId}: ${step.state}${until(step.until)}`;
    case 'waited':
      return `waited ${ms(step.milliseconds)}: ${step.why}`;
    case 'hedged':
      return `hedged after ${ms(step.afterMs)}: attempt ${step.attempt} asks a second deployment`;
    case 'hedge-won':
      return `attempt ${step.attempt} won the hedge`;
    case 'continued':
      return `the answer broke off after ${step.characters} characters: ${step.group} goes on`;
    case 'mirrored':
      return `mirrored to ${step.deploymentId} of ${step.group}`;
    case 'none-left':
      return `no deployment of ${step.group} is left: ${step.code}${dropped(step.dropped)}`;
    case 'fell-back':
      return `fell back to ${step.group}: ${step.because}`;
    case 'skipped':
      return `skipped ${step.group}: ${step.reason}`;
    case 'failed':
      return `failed: ${step.code}`;
  }
}

function picked({ deploymentId, candidates, strategy, dropped: others }: Step<'picked'>): string {
  const all = candidates.length + others.length;
  return `picked ${deploymentId} of ${all}: ${strategy}${dropped(others)}`;
}

function answered({
  attempt,
  deploymentId,
  code,
  latencyMs,
  firstTokenMs,
  delivered,
}: Step<'answered'>): string {
  const first = firstTokenMs === null ? '' : ` (first token after ${ms(firstTokenMs)})`;
  if (code === null) return `${deploymentId} answered in ${ms(latencyMs)}${first}`;
  const when = delivered ? ' after its answer had begun' : '';
  return `attempt ${attempt} on ${deploymentId} failed${when} in ${ms(latencyMs)}: ${code}`;
}

const dropped = (others: Step<'picked'>['dropped']): string =>
  others.map(({ deploymentId, reason }) => `; ${deploymentId} dropped: ${reason}`).join('');

const ms = (duration: number): string => `${Math.round(duration)} ms`;

/** The time of day is enough: what is open is open for seconds. */
const until = (time: number | null): string =>
  time === null ? '' : ` until ${new Date(time).toISOString().slice(11, 19)}`;
