import type { Candidate } from '../group.js';
import { dropped, type Drop, type Filter, type Search, type Test } from './filter.js';

const droppedUnless = (serves: boolean, candidate: Candidate): Drop | null =>
  serves ? null : dropped(candidate, 'tags', { reason: 'tags' });

const lacksAll: Test = (candidate, { call }) =>
  droppedUnless(
    call.tags.some((tag) => candidate.tags.has(tag)),
    candidate,
  );

const lacksAny: Test = (candidate, { call }) =>
  droppedUnless(
    call.tags.every((tag) => candidate.tags.has(tag)),
    candidate,
  );

const isNoDefault: Test = (candidate) => droppedUnless(candidate.tags.has('default'), candidate);

const isTagged: Test = (candidate) => droppedUnless(candidate.tags.size === 0, candidate);

const UNTAGGED = { default: isNoDefault, tagless: isTagged, all: null };

/**
 * LiteLLM's tag routing: a call with tags goes to deployments that have one of them (or all: `tag_filtering_match_any: false`),
 * or, when the group has none such, to those tagged `default`. Unlike LiteLLM's it goes by the group as it is configured, not
 * by what is left of it: while the deployments of a tag are cooling, its calls get none of the others, nor others theirs.
 */
export const tags: Filter = (search: Search) => {
  const { group, call, config } = search;
  if (config.tagFiltering === 'off') return null;
  if (call.tags.length === 0) return UNTAGGED[group.untagged];
  const lacks = config.tagFiltering === 'any' ? lacksAll : lacksAny;
  if (group.untagged !== 'default') return lacks;
  return group.candidates.some((candidate) => lacks(candidate, search) === null) ? lacks : isNoDefault;
};
