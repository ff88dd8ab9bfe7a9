import type { AnswerFacts } from './codec.js';

/** Of answers that cost nothing and tell of nothing else. */
export const NO_FACTS: AnswerFacts = { usage: null, rawUsage: null, serviceTier: null, responseId: null };
