import { dropped, type Filter, type Test } from './filter.js';

/** A circuit that is open is open for many calls, and writing the time out is most of the work of a reason. */
const MOST_WRITTEN = 1_000;
const written = new Map<number, string>();

function isoTime(at: number): string {
  let text = written.get(at);
  if (text !== undefined) return text;
  if (written.size >= MOST_WRITTEN) written.clear();
  written.set(at, (text = new Date(at).toISOString()));
  return text;
}

const isBlocked: Test = (candidate) =>
  candidate.deployment.blocked ? dropped(candidate, 'blocked', { reason: 'blocked' }) : null;

/** `model_info.blocked`: paused by its owner. */
export const blocked: Filter = ({ group }) => (group.any.blocked ? isBlocked : null);

const isOut: Test = (candidate, { view, probed }) => {
  const { id } = candidate.deployment;
  const { state, until, probing } = view.circuit(id);
  if (state === 'closed') return null;
  // Half-open, or open and the time is over: whoever asks next is the probe.
  if (state === 'half-open' || (until !== null && until <= view.now)) {
    if (!probing && probed?.has(id) !== true) return null;
    return dropped(candidate, 'cooling', { reason: 'half-open, a probe is under way' });
  }
  const reason = until === null ? 'open' : `open until ${isoTime(until)}`;
  return dropped(candidate, 'cooling', { reason, until });
};

/** Its circuit is open, or half-open with the one probe under way. */
export const circuit: Filter = ({ view }) => (view.allClosed ? null : isOut);

const isLimited: Test = (candidate, { view, call: { inputTokens } }) => {
  const until = view.limitedUntil(candidate.deployment.id, inputTokens);
  if (until === null || until <= view.now) return null;
  const reason = `provider has no room for ${inputTokens} tokens until ${isoTime(until)}`;
  return dropped(candidate, 'provider-limit', { reason, until });
};

/** The provider said that there is no room for so many tokens, or for a request at all. */
export const providerLimit: Filter = ({ view }) => (view.noneLimited ? null : isLimited);

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
