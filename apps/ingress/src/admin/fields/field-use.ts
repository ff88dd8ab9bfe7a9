import type { BudgetPolicy, KeyRecord, KeyRouting, Limits } from '@tollgate/contracts';
import { z } from 'zod';
import { limitFields, type LimitField } from '../limits/limit-schemas.js';
import { policyFields } from '../limits/policy.js';

/** What a key, a team, a user and so on can be told to change. Each kind has some of it. */
export interface RecordPatch {
  alias?: string | null;
  models?: string[];
  blocked?: boolean;
  teamId?: string | null;
  userId?: string | null;
  organizationId?: string | null;
  projectId?: string | null;
  budgetId?: string | null;
  allowedRoutes?: string[];
  type?: KeyRecord['type'];
  limits?: Limits;
  memberLimits?: Limits | null;
  policy?: BudgetPolicy;
  metadata?: Record<string, unknown>;
  settings?: Record<string, unknown>;
  routing?: KeyRouting;
  expiresAt?: number | null;
}

/** A part of a record that one of LiteLLM's fields sets as it is. */
export type Column = Exclude<
  keyof RecordPatch,
  'limits' | 'memberLimits' | 'policy' | 'metadata' | 'settings' | 'routing' | 'expiresAt'
>;

/**
 * What one of LiteLLM's fields means for a kind of record. limit, policy, memberLimit: see `../limits`. column: part of the record.
 * kept: stored and given back; most are of no effect here. listed: `metadata.tags` and the like. own: read by the route itself. answered: ours to say; clients
 * send back what they were given. refused: it would limit something and nothing enforces it, so that only a value that asks for
 * nothing is taken.
 */
export type FieldUse =
  | { readonly use: 'limit' | 'policy' | 'metadata' | 'listed' | 'answered' }
  | { readonly use: 'memberLimit'; readonly as: LimitField }
  | { readonly use: 'column'; readonly column: Column; readonly schema: z.ZodType; readonly cleared: unknown }
  | { readonly use: 'kept'; readonly schema: z.ZodType; readonly empty: unknown }
  | { readonly use: 'own'; readonly schema: z.ZodType }
  | { readonly use: 'refused'; readonly harmless: readonly unknown[]; readonly instead: string };

export type FieldTable = Readonly<Record<string, FieldUse>>;

export const column = (name: Column, schema: z.ZodType, cleared: unknown = null): FieldUse => ({
  use: 'column',
  column: name,
  schema,
  cleared,
});

/** @param empty what answers show while nothing was set. */
export const kept = (schema: z.ZodType, empty: unknown = null): FieldUse => ({ use: 'kept', schema, empty });

export const own = (schema: z.ZodType): FieldUse => ({ use: 'own', schema });

/** @param harmless values besides null and empty ones that ask for nothing. */
export const refused = (harmless: readonly unknown[] = [], instead = 'leave it out'): FieldUse => ({
  use: 'refused',
  harmless,
  instead,
});

/** A value that asks for nothing. */
export const isNothing = (value: unknown): boolean =>
  value === null || value === false || (typeof value === 'object' && Object.keys(value).length === 0);

export const METADATA: FieldUse = { use: 'metadata' };
/** A list of texts that is kept in the metadata, under its own name. */
export const LISTED: FieldUse = { use: 'listed' };

const all = (names: readonly string[], use: FieldUse): FieldTable =>
  Object.fromEntries(names.map((name) => [name, use]));

export const LIMITS: FieldTable = all(Object.keys(limitFields.shape), { use: 'limit' });
export const POLICY: FieldTable = all(Object.keys(policyFields.shape), { use: 'policy' });
export const answered = (...names: string[]): FieldTable => all(names, { use: 'answered' });
const refusedAll = (...names: string[]): FieldTable => all(names, refused());

const MAX_NAME = 256;
const MAX_TEXT = 4_096;
const MAX_NAMES = 1_000;
const longerThan = (most: number): string => `is longer than ${most} characters`;

export const name = z
  .string('must be a text')
  .min(1, 'must not be empty')
  .max(MAX_NAME, longerThan(MAX_NAME));
/** Of a body that names what it is about. */
export const requiredName = z
  .string({ error: ({ input }) => ((input ?? null) === null ? 'is required' : 'must be a text') })
  .min(1, 'is required')
  .max(MAX_NAME, longerThan(MAX_NAME));
export const text = z.string('must be a text').max(MAX_TEXT, longerThan(MAX_TEXT));
export const flag = z.boolean('must be true or false');
export const names = z
  .array(name, 'must be a list of texts')
  .max(MAX_NAMES, `has more than ${MAX_NAMES} entries`);
export const object = z.record(z.string(), z.unknown(), 'must be an object');

/** What LiteLLM can restrict and Tollgate does not: taken only when it asks for nothing. */
export const UNENFORCED: FieldTable = {
  ...refusedAll(
    'guardrails',
    'policies',
    'prompts',
    'enforced_params',
    'object_permission',
    'allowed_cache_controls',
    'allowed_passthrough_routes',
    'allowed_vector_store_indexes',
    'mcp_rpm_limit',
    'disable_global_guardrails',
    'access_group_ids',
  ),
  budget_fallbacks: refused([], 'use on_budget_exceeded'),
};
