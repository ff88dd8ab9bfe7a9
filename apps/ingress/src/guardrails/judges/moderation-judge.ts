import type { ModerationRule } from '@tollgate/config';
import { z } from 'zod';
import type { InnerCalls } from '../../calls/inner-calls.js';
import { violation } from '../guardrail-errors.js';
import type { Judge } from '../judge.js';
import { isSystem } from '../text-guard.js';

const TIMEOUT_MS = 30_000;
/** Of one question. */
const MOST_TEXTS = 64;

const answer = z.object({
  results: z.array(
    z.object({ flagged: z.boolean(), categories: z.record(z.string(), z.unknown()).nullish() }),
  ),
});

/** Asks a moderation model of the config. What the system's prompt says is the operator's matter. */
export function moderationJudge(name: string, { model }: ModerationRule, calls: InnerCalls): Judge {
  return async ({ texts, said, applicant: { caller } }) => {
    const judged = said === 'response' ? texts : texts.filter(({ role }) => !isSystem(role));
    for (let from = 0; from < judged.length; from += MOST_TEXTS) {
      const input = judged.slice(from, from + MOST_TEXTS).map(({ text }) => text);
      const body = { model, input };
      const found = await calls.ask({ caller, dialect: 'openai-moderations', body, timeoutMs: TIMEOUT_MS });
      const { results } = answer.parse(found);
      const flagged = results.filter((result) => result.flagged);
      if (flagged.length > 0) throw violation(name, `flagged for ${categoriesOf(flagged)}`);
    }
    return null;
  };
}

function categoriesOf(flagged: z.infer<typeof answer>['results']): string {
  const names = flagged.flatMap(({ categories }) =>
    Object.entries(categories ?? {}).flatMap(([name, is]) => (is === true ? [name] : [])),
  );
  return names.length === 0 ? 'its content' : [...new Set(names)].join(', ');
}
