import { isObject, type Json } from '../json/json.js';

/** Cohere's log probabilities, told by pieces of text, in OpenAI's form; null where there are none. */
export function chatLogprobs(value: unknown): Json | null {
  const pieces: readonly unknown[] = Array.isArray(value) ? value : [value];
  const content = pieces.flatMap((piece) => {
    if (!isObject(piece) || !Array.isArray(piece['logprobs'])) return [];
    const text = typeof piece['text'] === 'string' ? piece['text'] : '';
    const logprob = piece['logprobs'].reduce<number>(
      (sum, each: unknown) => sum + (typeof each === 'number' ? each : 0),
      0,
    );
    return [{ token: text, logprob, bytes: [...Buffer.from(text)], top_logprobs: [] }];
  });
  return content.length > 0 ? { content, refusal: null } : null;
}

/** The inverse, of the choice's `logprobs`. */
export function cohereLogprobs(value: unknown): Json[] {
  const content: readonly unknown[] =
    isObject(value) && Array.isArray(value['content']) ? value['content'] : [];
  return content
    .filter(isObject)
    .map(({ token, logprob }) => ({ text: token, token_ids: [], logprobs: [logprob] }));
}
