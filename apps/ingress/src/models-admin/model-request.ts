import { credentialFields } from '@tollgate/config';
import { z } from 'zod';
import { ModelProblems } from './model-problems.js';

type Fields = Readonly<Record<string, unknown>>;

/** A model as a request describes it, or what changes in one: null removes a field. */
export interface WantedModel {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly params: Fields;
  readonly info: Fields;
}

/** JSON, all of it: a page of models must fit in a message. */
const MAX_CHARACTERS = 64 * 1024;
const MAX_DEPTH = 32;

/** Told apart: what is missing and what is something else. */
const expected = (kind: string) => ({
  error: ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? 'is required' : `must be ${kind}`,
});
const name = z.string(expected('a text')).trim().min(1, 'is empty').max(256, 'is too long');
const fields = z.record(z.string(), z.unknown(), expected('an object'));
/** It is a header of answers. */
const id = z
  .string(expected('a text'))
  .regex(/^[\x21-\x7e]{1,256}$/, 'must be 1 to 256 printable characters');

/** What answers hold: clients send back what they were given. */
const answered = {
  model_id: z.unknown().optional(),
  created_at: z.unknown().optional(),
  created_by: z.unknown().optional(),
  updated_at: z.unknown().optional(),
  updated_by: z.unknown().optional(),
};

const creation = z.strictObject({
  ...answered,
  model_name: name,
  litellm_params: fields,
  model_info: fields.nullish(),
});
const change = creation.partial().extend({ model_name: name.nullish(), litellm_params: fields.nullish() });
const deletion = z.object({ id });

/** Fields of `model_info` that are ours to say. */
const ANSWERED_INFO: ReadonlySet<string> = new Set([
  ...['id', 'db_model', 'left_out', ...Object.keys(answered)],
]);

/** Reads the body of `POST /model/new`. Throws `invalid_request` naming every field at fault. */
export function readNewModel(body: Fields): WantedModel & { readonly name: string } {
  const problems = new ModelProblems();
  const parsed = creation.safeParse(body);
  if (!parsed.success) problems.addIssues(parsed.error.issues);
  const wanted = readCommon(body, problems);
  problems.throwIfAny();
  return { ...wanted, name: parsed.data?.model_name ?? '' };
}

/** Reads the body of a change. The path's id, where there is one, wins over none and must agree with any. */
export function readModelChange(body: Fields, pathId?: string): WantedModel & { readonly id: string } {
  const problems = new ModelProblems();
  const parsed = change.safeParse(body);
  if (!parsed.success) problems.addIssues(parsed.error.issues);
  const wanted = readCommon(body, problems);
  const chosen = pathId ?? wanted.id;
  if (chosen === undefined) problems.add('model_info.id', 'is required: it tells which model changes');
  else if (wanted.id !== undefined && wanted.id !== chosen)
    problems.add('model_info.id', 'differs from the id in the path, and cannot be changed');
  problems.throwIfAny();
  return { ...wanted, id: chosen ?? '', name: parsed.data?.model_name ?? undefined };
}

/** Reads the body of `POST /model/delete`. */
export function readModelDeletion(body: Fields): string {
  const parsed = deletion.safeParse(body);
  if (parsed.success) return parsed.data.id;
  const problems = new ModelProblems();
  problems.addIssues(parsed.error.issues);
  problems.throwIfAny();
  return '';
}

function readCommon(body: Fields, problems: ModelProblems): WantedModel {
  if (nestsTooDeeply(body)) {
    problems.add('request_body', `is nested more than ${String(MAX_DEPTH)} levels deep`);
    return { id: undefined, name: undefined, params: {}, info: {} };
  }
  const params = objectOf(body['litellm_params']);
  const info = objectOf(body['model_info']);
  const given = info['id'];
  const known = given === undefined || given === null ? null : id.safeParse(given);
  if (known?.success === false) problems.add('model_info.id', known.error.issues[0]?.message ?? 'is invalid');
  for (const field of credentialFields(info))
    problems.add(`model_info.${field}`, 'is no place for a credential: put it into litellm_params');
  if (info['team_id'] !== undefined && info['team_id'] !== null)
    problems.add('model_info.team_id', 'is not supported: the model would be everybody’s');
  checkSize(body, problems);
  const own = Object.entries(info).filter(([field]) => !ANSWERED_INFO.has(field));
  return { id: known?.data, name: undefined, params, info: Object.fromEntries(own) };
}

/** What reads values level by level would run out of stack on such a body. */
function nestsTooDeeply(body: Fields): boolean {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return false;
}

const objectOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

function checkSize(body: Fields, problems: ModelProblems): void {
  for (const field of ['model_name', 'litellm_params', 'model_info']) {
    const text = JSON.stringify(body[field] ?? null);
    if (text.length > MAX_CHARACTERS)
      problems.add(field, `is larger than ${String(MAX_CHARACTERS)} characters`);
  }
}
