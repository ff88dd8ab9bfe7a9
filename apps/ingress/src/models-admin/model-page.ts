import { z } from 'zod';
import type { ModelEntry } from './model-answers.js';
import { ModelProblems } from './model-problems.js';

const wholeNumber = (most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, `must be a whole number from 1 to ${String(most)}`)
    .transform(Number)
    .refine((value) => value <= most, `must be a whole number from 1 to ${String(most)}`);

/** What models can be sorted by, in LiteLLM's words, and where it stands. */
const SORT_KEYS = {
  model_name: (entry: ModelEntry) => entry.model_name,
  created_at: (entry: ModelEntry) => entry.model_info['created_at'],
  updated_at: (entry: ModelEntry) => entry.model_info['updated_at'],
  costs: (entry: ModelEntry) => entry.model_info['input_cost_per_token'],
  status: (entry: ModelEntry) => String(entry.model_info.db_model),
} as const;

const sortNames = Object.keys(SORT_KEYS) as (keyof typeof SORT_KEYS)[];

const question = z.object({
  page: wholeNumber(1_000_000).default(1),
  size: wholeNumber(1_000).default(50),
  search: z.string().optional(),
  modelId: z.string().optional(),
  teamId: z.string().optional(),
  sortBy: z.enum(sortNames, `must be one of ${sortNames.join(', ')}`).optional(),
  sortOrder: z.enum(['asc', 'desc'], 'must be asc or desc').default('asc'),
});

/** Answers `GET /v2/model/info`: the models that the query asks for, a page of them. Throws `invalid_request`. */
export function modelPage(entries: readonly ModelEntry[], query: unknown) {
  const { page, size, ...wanted } = read(query);
  const found = sorted(
    entries.filter((entry) => isWanted(entry, wanted)),
    wanted,
  );
  return {
    data: found.slice((page - 1) * size, page * size),
    total_count: found.length,
    current_page: page,
    total_pages: Math.ceil(found.length / size),
    size,
  };
}

type Question = z.infer<typeof question>;

function read(query: unknown): Question {
  const parsed = question.safeParse(query);
  if (parsed.success) return parsed.data;
  const problems = new ModelProblems();
  problems.addIssues(parsed.error.issues);
  problems.throwIfAny();
  return question.parse({});
}

const isWanted = (entry: ModelEntry, { search, modelId, teamId }: Partial<Question>): boolean =>
  (search === undefined || entry.model_name.toLowerCase().includes(search.toLowerCase())) &&
  (modelId === undefined || entry.model_info.id === modelId) &&
  (teamId === undefined || entry.model_info['team_id'] === teamId);

/** What has no value comes last, whichever way. */
function sorted(
  entries: readonly ModelEntry[],
  { sortBy, sortOrder }: Partial<Question>,
): readonly ModelEntry[] {
  if (sortBy === undefined) return entries;
  const keyOf = SORT_KEYS[sortBy];
  const direction = sortOrder === 'desc' ? -1 : 1;
  const known = entries.filter((entry) => hasOrder(keyOf(entry)));
  const others = entries.filter((entry) => !hasOrder(keyOf(entry)));
  return [...known.toSorted((left, right) => direction * compare(keyOf(left), keyOf(right))), ...others];
}

const hasOrder = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';

function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return String(left).localeCompare(String(right), 'en');
}
