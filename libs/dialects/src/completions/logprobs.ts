import { isObject, wordOf, type Json } from '../json/json.js';

/** Logprobs of a chat's choice in the form of completions: parallel lists; `start` is where the text starts. */
export function completionLogprobsOf(logprobs: unknown, start: number): Json | null {
  const content = isObject(logprobs) ? logprobs['content'] : undefined;
  if (!Array.isArray(content)) return null;
  const tokens = content.filter(isObject);
  const texts = tokens.map(({ token }) => (typeof token === 'string' ? token : ''));
  const offsets: number[] = [];
  texts.reduce((offset, text) => {
    offsets.push(offset);
    return offset + text.length;
  }, start);
  return {
    tokens: texts,
    token_logprobs: tokens.map(({ logprob }) => logprob ?? null),
    top_logprobs: tokens.map(({ top_logprobs: top }) => byToken(top)),
    text_offset: offsets,
  };
}

const byToken = (top: unknown): Json =>
  Object.fromEntries(
    (Array.isArray(top) ? top.filter(isObject) : []).map(({ token, logprob }) => [wordOf(token), logprob]),
  );

/** Logprobs of a completion's choice in the form of chats. */
export function chatLogprobsOf(logprobs: unknown): Json | null {
  if (!isObject(logprobs) || !Array.isArray(logprobs['tokens'])) return null;
  const at = (name: string, index: number): unknown =>
    Array.isArray(logprobs[name]) ? (logprobs[name] as unknown[])[index] : undefined;
  const content = logprobs['tokens'].map((token: unknown, index) => ({
    token,
    logprob: at('token_logprobs', index) ?? null,
    bytes: null,
    top_logprobs: topOf(at('top_logprobs', index)),
  }));
  return { content, refusal: null };
}

const topOf = (top: unknown): Json[] =>
  Object.entries(isObject(top) ? top : {}).map(([token, logprob]) => ({ token, logprob, bytes: null }));
