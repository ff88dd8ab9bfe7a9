import type { Usage } from '@tollgate/contracts';

/**
 * What the client of an answer in several parts is told: the prompt once, as the first attempt counted it, and everything
 * that was generated. (What is billed is each attempt's own usage.)
 */
export const continuedUsage = (first: Usage, rest: Usage): Usage => ({
  ...first,
  output: first.output + rest.output,
  reasoning: first.reasoning + rest.reasoning,
  audioOutput: first.audioOutput + rest.audioOutput,
  imageOutput: first.imageOutput + rest.imageOutput,
  searches: first.searches + rest.searches,
  fileSearches: first.fileSearches + rest.fileSearches,
});
