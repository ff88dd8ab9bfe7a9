import { dropped, type Filter, type Test } from './filter.js';

const isoTime = (at: number): string => new Date(at).toISOString();

const isBlocked: Test = (candidate) =>
  candidate.deployment.blocked ? dropped(candidate, 'blocked', { reason: 'blocked' }) : null;

/** `model_info.blocked`: paused by its owner. */
export const blocked: Filter = () => isBlocked;

const isOut: Test = (candidate, { view }) => {
  const { state, until, probing } = view.circuit(candidate.deployment.id);
  if (state === 'closed') return null;
  if (state === 'half-open')
    return probing ? dropped(candidate, 'cooling', { reason: 'half-open, a probe is under way' }) : null;
  // Open, and the time is over: whoever asks next is the probe.
  if (until !== null && until <= view.now) return null;
  const reason = until === null ? 'open' : `open until ${isoTime(until)}`;
  return dropped(candidate, 'cooling', { reason, until });
};

/** Its circuit is open, or half-open with the one probe under way. */
export const circuit: Filter = () => isOut;

const isLimited: Test = (candidate, { view, call: { inputTokens } }) => {
  const until = view.limitedUntil(candidate.deployment.id, inputTokens);
  if (until === null || until <= view.now) return null;
  const reason = `provider has no room for ${inputTokens} tokens until ${isoTime(until)}`;
  return dropped(candidate, 'provider-limit', { reason, until });
};

/** The provider said that there is no room for so many tokens, or for a request at all. */
export const providerLimit: Filter = () => isLimited;

const isExcluded: Test = (candidate, search) =>
  search.excluded?.has(candidate.deployment.id) === true
    ? dropped(candidate, 'excluded', { reason: 'excluded' })
    : null;

/** Is asked already, say. */
export const excluded: Filter = (search) => ((search.excluded?.size ?? 0) > 0 ? isExcluded : null);

const isUnfit: Test = (candidate, { failures }) =>
  failures?.unfit.has(candidate.deployment.id) === true
    ? dropped(candidate, 'unfit', { reason: 'unfit' })
    : null;

/** Failed in this call in a way that asking again will not mend. */
export const unfit: Filter = ({ failures }) => ((failures?.unfit.size ?? 0) > 0 ? isUnfit : null);
