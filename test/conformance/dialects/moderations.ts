import type { Dialect } from '@tollgate/contracts';
import { codecOf } from '@tollgate/dialects';
import { listOf, parse } from '../checks.js';
import { ANSWER_OPTIONS } from '../codec-checks.js';
import type { Recording } from '../recordings.js';

/** Each result is a verdict, with the provider's own categories. */
export function checkModeration({ response }: Recording, dialect: Dialect): void {
  const answer = parse(response);
  const canonical = codecOf(dialect)!.back!.toCanonical(answer, ANSWER_OPTIONS);
  const results = listOf(canonical['results']);
  expect(results).toHaveLength(listOf(answer['results']).length);
  expect(results.length).toBeGreaterThan(0);
  for (const { flagged, categories } of results) {
    expect(typeof flagged).toBe('boolean');
    expect(flagged).toBe(Object.values(categories as object).includes(true));
  }
}
