import { GatewayError, type CallHeader, type Outcome } from '@tollgate/contracts';
import type { Candidate, Group } from './group.js';

/** A group that did not deliver: its last error and how often it was retried. */
export interface GroupFailure {
  readonly group: Group;
  readonly error: GatewayError;
  readonly retries: number;
  readonly maxRetries: number;
  /** Nobody was asked: the group had no deployment that might have been. */
  readonly isRefusal?: boolean;
}

/** What was done about the first group's failure. */
export interface FallbackReport {
  readonly fallbacks: readonly string[];
  readonly skipped: readonly string[];
  /** When the first group can be tried again, if that is known better than by the error. */
  readonly retryAfterMs: number | undefined;
  /** The failure of the last fallback that was tried. */
  readonly last: GroupFailure | undefined;
}

/** Begins with the route, as LiteLLM's text does. */
export const unknownModel = ({ model, dialect }: Pick<CallHeader, 'model' | 'dialect'>): GatewayError =>
  new GatewayError(
    'unknown_model',
    `${dialect === 'anthropic-messages' ? '/v1/messages' : '/chat/completions'}: Invalid model name passed in model=${model}. Call /v1/models to view available models for your key.`,
    { param: 'model' },
  );

/** Every deployment of the group is out; the caller may come back when the first returns. */
export function allCooling(group: Group, retryAfterMs: number): GatewayError {
  const ids = group.candidates.map(({ deployment }) => deployment.id);
  const text =
    `No deployments available for selected model, Try again in ${Math.ceil(retryAfterMs / 1_000)} seconds. ` +
    `All deployments for selected model are in cooldown. Passed model=${group.name}. pre-call-checks=False, ` +
    `cooldown_list=${pythonList(ids)}`;
  return new GatewayError('all_cooling', text, { retryAfterMs });
}

/** The error of an attempt that delivered nothing; undefined when it delivered. */
export function attemptError(outcome: Outcome, { provider }: Candidate): GatewayError | undefined {
  if (outcome.error === null) {
    return outcome.delivered ? undefined : new GatewayError('internal', 'An attempt ended without an answer');
  }
  const isMissing =
    outcome.error.code === 'provider_unavailable' || outcome.error.code === 'service_unavailable';
  if (!isMissing) return GatewayError.fromShape(outcome.error);
  const text = `No worker serves provider ${provider} at the moment.`;
  const { retryAfterMs } = outcome.error;
  return new GatewayError('provider_unavailable', text, { retryAfterMs });
}

/** The first group's error, with an account of what was tried. */
export function exhausted(first: GroupFailure, report: FallbackReport): GatewayError {
  const { fallbacks, skipped, last } = report;
  const { error, group, retries, maxRetries } = first;
  const parts = [
    `${error.message}${error.message.endsWith('.') ? '' : '.'} Received Model Group=${group.name}`,
    `Available Model Group Fallbacks=${fallbacks.length === 0 ? 'None' : pythonList(fallbacks)}`,
  ];
  if (skipped.length > 0) parts.push(`Fallbacks this key may not call=${pythonList(skipped)}`);
  if (last !== undefined) parts.push(`Error doing the fallback: ${last.group.name}: ${last.error.message}`);
  const text = `${parts.join('\n')} LiteLLM Retried: ${retries} times, LiteLLM Max Retries: ${maxRetries}`;
  const retryAfterMs = error.options.retryAfterMs ?? (error.status === 429 ? report.retryAfterMs : undefined);
  return new GatewayError(error.code, text, { ...error.options, retryAfterMs });
}

/** LiteLLM's texts show lists as Python does. */
const pythonList = (items: readonly string[]): string => `[${items.map((item) => `'${item}'`).join(', ')}]`;
