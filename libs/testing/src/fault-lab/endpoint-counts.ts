import { readLabRequest, type LabDialect } from './lab-request.js';
import type { PlainEndpoint } from './plain-endpoint.js';

/** Counts the prompt of a chat of the dialect, and bills nothing. */
const countOf =
  (dialect: LabDialect, bodyOf: (tokens: number) => object): PlainEndpoint =>
  (asked) => {
    // The model may be in the path; no count depends on it. Gemini is told of the whole request where there is more than contents.
    const prompt = asked['generateContentRequest'] ?? asked;
    const { promptTokens } = readLabRequest({ dialect, model: 'any' }, prompt);
    return () => ({ body: bodyOf(promptTokens), promptTokens: 0 });
  };

export const anthropicCounts = countOf('anthropic', (tokens) => ({ input_tokens: tokens }));

export const geminiCounts = countOf('gemini', (tokens) => ({ totalTokens: tokens }));
