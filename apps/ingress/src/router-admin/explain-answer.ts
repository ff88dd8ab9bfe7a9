import type { Decision, DecisionStep } from '@tollgate/contracts';
import { roundedMs } from '../durations.js';
import { summaryOf } from './explain-summary.js';

/** A decision for people: what happened in a line each, then every step with all its fields, times in milliseconds. */
export function explainAnswer({ callId, model, startedAt, replica, steps }: Decision): object {
  return {
    call_id: callId,
    model,
    started_at: new Date(startedAt).toISOString(),
    router: replica,
    summary: steps.map(summaryOf),
    steps: steps.map(shownStep),
  };
}

function shownStep({ at, step, ...fields }: DecisionStep): object {
  const shown = Object.entries(fields).map(([name, value]) => [snakeCase(name), shownValue(name, value)]);
  return { at_ms: roundedMs(at), step, ...(Object.fromEntries(shown) as object) };
}

function shownValue(name: string, value: unknown): unknown {
  if (name === 'until' && typeof value === 'number') return new Date(value).toISOString();
  if (typeof value === 'number') return roundedMs(value);
  if (name !== 'dropped') return value;
  const dropped = value as readonly { readonly deploymentId: string; readonly reason: string }[];
  return dropped.map(({ deploymentId, reason }) => ({ deployment_id: deploymentId, reason }));
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
