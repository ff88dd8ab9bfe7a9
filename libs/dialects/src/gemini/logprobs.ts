import { isObject, type Json } from '../json/json.js';

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Gemini's `logprobsResult` in OpenAI's form; null where there is none. */
export function chatLogprobs(result: unknown): Json | null {
  if (!isObject(result)) return null;
  const top = listOf(result['topCandidates']);
  const content = listOf(result['chosenCandidates']).map((chosen, index) => ({
    ...tokenOf(chosen),
    top_logprobs: listOf(top[index]?.['candidates']).map(tokenOf),
  }));
  return content.length > 0 ? { content, refusal: null } : null;
}

function tokenOf({ token, logProbability }: Json): Json {
  const text = typeof token === 'string' ? token : '';
  const logprob = typeof logProbability === 'number' ? logProbability : 0;
  return { token: text, logprob, bytes: [...Buffer.from(text)] };
}

/** The inverse, of a choice's `logprobs`; undefined where there are none. */
export function logprobsResultOf(logprobs: unknown): Json | undefined {
  const content = isObject(logprobs) ? listOf(logprobs['content']) : [];
  if (content.length === 0) return undefined;
  return {
    chosenCandidates: content.map(candidateOf),
    topCandidates: content.map((each) => ({ candidates: listOf(each['top_logprobs']).map(candidateOf) })),
  };
}

const candidateOf = ({ token, logprob }: Json): Json => ({ token, logProbability: logprob });
