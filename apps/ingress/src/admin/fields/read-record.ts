import type { BudgetPolicy, Limits } from '@tollgate/contracts';
import { NO_LIMITS } from '@tollgate/contracts';
import type { z } from 'zod';
import { limitFields } from '../limits/limit-schemas.js';
import { changedPolicy, policyFields } from '../limits/policy.js';
import { changedLimits } from '../limits/read-limits.js';
import { invalidField, unknownField } from './field-errors.js';
import { isNothing, type FieldTable, type FieldUse, type RecordPatch } from './field-use.js';
import { LISTS, MOVED, changedMetadata } from './metadata.js';

/** Characters of JSON: pages of records must fit in a message. */
const MAX_CHARACTERS = 16_384;

/** The parts of a record that a change builds on. */
export interface CurrentRecord {
  readonly limits: Limits;
  readonly memberLimits?: Limits | null | undefined;
  readonly policy?: BudgetPolicy;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

export const NEW_RECORD: CurrentRecord = { limits: NO_LIMITS, metadata: {}, settings: {} };

/** The values of a body by what their fields mean. */
interface Sorted {
  readonly limit: Record<string, unknown>;
  readonly policy: Record<string, unknown>;
  readonly memberLimit: Record<string, unknown>;
  readonly settings: Record<string, unknown>;
  readonly own: Record<string, unknown>;
  readonly patch: RecordPatch;
  readonly lists: Record<string, unknown>;
  metadata?: Record<string, unknown> | null;
}

export interface ReadRecord {
  readonly patch: RecordPatch;
  /** Fields that the route reads itself. */
  readonly own: Readonly<Record<string, unknown>>;
}

/**
 * What a body changes in a record: present fields only, null clears. Throws `invalid_request` naming a field that is unknown, malformed
 * or not enforced.
 *
 * @param of what the records are, for errors: `keys`.
 */
export function readRecord(
  body: Readonly<Record<string, unknown>>,
  { of, fields }: { readonly of: string; readonly fields: FieldTable },
  current: CurrentRecord = NEW_RECORD,
  now = Date.now(),
): ReadRecord {
  const sorted = sort(body, of, fields);
  const { patch } = sorted;
  const metadata = changedMetadata(
    current.metadata,
    sorted,
    LISTS.filter((field) => fields[field]?.use === 'listed'),
  );
  if (metadata !== undefined) {
    patch.metadata = metadata.kept;
    for (const field of MOVED) sorted.limit[field] ??= metadata.limits[field];
  }
  addLimits(sorted, current, now);
  const priority = (metadata?.kept ?? current.metadata)['priority'];
  const changesPolicy = Object.keys(sorted.policy).length > 0 || priority !== current.policy?.priority;
  if (fields['on_budget_exceeded'] !== undefined && changesPolicy)
    patch.policy = changedPolicy(
      current.policy ?? {},
      parse(policyFields, sorted.policy),
      typeof priority === 'string' ? priority : undefined,
    );
  if (Object.keys(sorted.settings).length > 0)
    patch.settings = withoutNulls({ ...current.settings, ...sorted.settings });
  checkSizes(patch);
  return { patch, own: sorted.own };
}

function sort(body: Readonly<Record<string, unknown>>, of: string, fields: FieldTable): Sorted {
  const sorted: Sorted = {
    limit: {},
    policy: {},
    memberLimit: {},
    settings: {},
    own: {},
    lists: {},
    patch: {},
  };
  for (const [field, value] of Object.entries(body)) {
    const use = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (use === undefined) throw unknownField(field, of, Object.keys(fields));
    if (value !== undefined) place(sorted, field, value, use, of);
  }
  return sorted;
}

function place(sorted: Sorted, field: string, value: unknown, use: FieldUse, of: string): void {
  switch (use.use) {
    case 'limit':
    case 'policy':
      sorted[use.use][field] = value;
      return;
    case 'memberLimit':
      sorted.memberLimit[use.as] = value;
      return;
    case 'column':
      Object.assign(sorted.patch, {
        [use.column]: value === null ? use.cleared : parseField(use, field, value),
      });
      return;
    case 'kept':
      sorted.settings[field] = value === null ? null : parseField(use, field, value);
      return;
    case 'own':
      sorted.own[field] = value === null ? null : parseField(use, field, value);
      return;
    case 'metadata':
      if (value !== null && (typeof value !== 'object' || Array.isArray(value)))
        throw invalidField(field, 'must be an object');
      sorted.metadata = value as Record<string, unknown> | null;
      return;
    case 'listed':
      sorted.lists[field] = value;
      return;
    case 'refused':
      if (!isNothing(value) && !use.harmless.includes(value))
        throw invalidField(field, `is not supported for ${of}: ${use.instead}`);
      return;
    case 'answered':
      return;
  }
}

function addLimits({ limit, memberLimit, patch }: Sorted, current: CurrentRecord, now: number): void {
  if (Object.values(limit).some((value) => value !== undefined))
    patch.limits = changedLimits(current.limits, parse(limitFields, limit), now);
  if (Object.keys(memberLimit).length > 0)
    patch.memberLimits = changedLimits(
      current.memberLimits ?? NO_LIMITS,
      parse(limitFields, memberLimit),
      now,
    );
}

const parseField = ({ schema }: { readonly schema: z.ZodType }, field: string, value: unknown): unknown => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw fault(parsed.error, [field]);
};

/** By a schema of whole bodies. Throws `invalid_request` naming the first field at fault. */
export function parse<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw fault(parsed.error, []);
}

function fault({ issues: [issue] }: z.ZodError, path: readonly string[]) {
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const param = [...path, ...(issue?.path ?? []), ...unknown].join('.') || 'request_body';
  return invalidField(param, unknown.length > 0 ? 'is not a field here' : (issue?.message ?? 'is invalid'));
}

const withoutNulls = (settings: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null));

function checkSizes({ metadata, settings, models }: RecordPatch): void {
  for (const [field, value] of Object.entries({ metadata, settings, models }))
    if (value !== undefined && JSON.stringify(value).length > MAX_CHARACTERS)
      throw invalidField(
        field === 'settings' ? 'request_body' : field,
        `is larger than ${MAX_CHARACTERS} characters`,
      );
}
