import { list, record, text } from './json.js';
import { tokensOf, wordsOf, type PlainEndpoint } from './plain-endpoint.js';

const CATEGORIES = ['harassment', 'hate', 'illicit', 'self-harm', 'sexual', 'violence'];

/** OpenAI's moderations: a text is flagged for each category that it names. OpenAI counts no tokens here. */
export const moderations: PlainEndpoint = ({ input, model }) => {
  const inputs =
    typeof input === 'string' ? [input] : list(input).map((own) => text(own) || text(record(own)['text']));
  const results = inputs.map((own) => {
    const words = new Set(wordsOf(own));
    const named = CATEGORIES.map((name) => [name, name.split('-').every((word) => words.has(word))] as const);
    return {
      flagged: named.some(([, isNamed]) => isNamed),
      categories: Object.fromEntries(named),
      category_scores: Object.fromEntries(named.map(([name, isNamed]) => [name, isNamed ? 0.99 : 0.01])),
    };
  });
  if (inputs.length === 0) throw new TypeError('input: a text is required');
  const promptTokens = tokensOf(inputs);
  return (_step, id) => ({ body: { id: `modr-${id}`, model, results }, promptTokens });
};
