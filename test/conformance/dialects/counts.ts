import type { Dialect } from '@tollgate/contracts';
import { codecOf } from '@tollgate/dialects';
import { parse } from '../checks.js';
import { ANSWER_OPTIONS } from '../codec-checks.js';
import type { Recording } from '../recordings.js';

/** Counts of tokens, whatever they are called. */
export function checkCount({ response }: Recording, dialect: Dialect): void {
  const answer = parse(response);
  const told = answer['input_tokens'] ?? answer['inputTokens'];
  const { back, front } = codecOf(dialect)!;
  const canonical = back!.toCanonical(answer, ANSWER_OPTIONS);
  expect(canonical['input_tokens']).toBe(told);
  expect(told).toBeGreaterThan(0);
  if (front !== undefined) expect(front.fromCanonical(canonical, ANSWER_OPTIONS)).toEqual(answer);
}
