import { z } from 'zod';
import { keyRouting } from './call.contract.js';
import { defineEvent, defineRequest } from './contract.js';
import { actor } from './directory.contract.js';
import { budgetPolicy, limits } from './limits.js';

/** A virtual key as stored: never the key itself, only its SHA-256 hex (`hash`). Times are epoch milliseconds. */
export const keyRecord = z.object({
  hash: z.string(),
  /** `sk-...` and the last four characters. */
  name: z.string(),
  alias: z.string().nullable(),
  models: z.array(z.string()),
  userId: z.string().nullable(),
  teamId: z.string().nullable(),
  organizationId: z.string().nullable(),
  projectId: z.string().nullable(),
  blocked: z.boolean(),
  metadata: z.record(z.string(), z.unknown()),
  routing: keyRouting.optional(),
  /** The key's own; what binds its calls, its tier's merged in, is its scope record (`findScopes`). */
  limits,
  budgetId: z.string().nullable(),
  policy: budgetPolicy,
  /** Routes, groups of routes (`llm_api_routes`) and paths with a `*` that it may call; empty: as its type says. */
  allowedRoutes: z.array(z.string()),
  type: z.enum(['default', 'llm_api', 'management', 'read_only']),
  /** Further fields of LiteLLM's record that its readers want back. */
  settings: z.record(z.string(), z.unknown()),
  expiresAt: z.number().nullable(),
  createdAt: z.number(),
  createdBy: z.string(),
  updatedAt: z.number(),
  updatedBy: z.string(),
});
export type KeyRecord = z.infer<typeof keyRecord>;

const stamps = { createdAt: true, createdBy: true, updatedAt: true, updatedBy: true } as const;

/** Everything of a record but what billing fills in. `hash` and `name` come from ingress: the key itself never travels. */
export const newKey = keyRecord.omit(stamps);
export type NewKey = z.infer<typeof newKey>;

/**
 * Creates a key. Fails with `invalid_request` when the alias (param `key_alias`) or the hash (param `key`) exists, and with `not_found`
 * naming the param when its team, project, organization or tier does not; its user need not exist. A key of a team or project
 * belongs to that one's organization when it names none.
 */
export const createKey = defineRequest('tollgate.key.create', {
  service: 'billing',
  input: z.object({ actor, key: newKey }),
  reply: keyRecord,
});

/** What changes in a key; `routing: null` takes its wishes away. */
export const keyPatch = newKey
  .omit({ hash: true, name: true })
  .extend({ routing: keyRouting.nullable() })
  .partial();
export type KeyPatch = z.infer<typeof keyPatch>;

/** Replaces the fields that are present (`blocked` too). Fails with `not_found` (param `key`), or as `createKey`. */
export const updateKey = defineRequest('tollgate.key.update', {
  service: 'billing',
  input: z.object({ actor, hash: z.string(), patch: keyPatch }),
  reply: keyRecord,
});

/**
 * Gives a key a new value: the record, its spend and its limits go on under the new hash. The old hash is good until `graceUntil`
 * (epoch ms; null: no longer), and its calls count for the new one. Fails with `not_found` (param `key`), or as `createKey`.
 */
export const rotateKey = defineRequest('tollgate.key.rotate', {
  service: 'billing',
  input: z.object({
    actor,
    hash: z.string(),
    newHash: z.string(),
    newName: z.string(),
    graceUntil: z.number().nullable(),
    patch: keyPatch,
  }),
  reply: keyRecord,
});

const spentKey = z.object({
  key: keyRecord,
  spendNanos: z.number().int(),
  lastActiveAt: z.number().nullable(),
  /** Deleted keys are kept for a while. */
  status: z.enum(['active', 'deleted']),
});
export type SpentKey = z.infer<typeof spentKey>;

/**
 * A key by hash, with what it has spent; null when there is none. The hash of a key that was rotated finds the new record while its
 * grace lasts; `expiresAt` is then no later than the grace. Deleted keys only with `deleted`.
 */
export const findKey = defineRequest('tollgate.key.find', {
  service: 'billing',
  input: z.object({ hash: z.string(), deleted: z.boolean().optional() }),
  reply: spentKey.nullable(),
});

export const listKeys = defineRequest('tollgate.key.list', {
  service: 'billing',
  input: z.object({
    hashes: z.array(z.string()).max(1_000).optional(),
    /** Part of the alias, in any case. */
    alias: z.string().optional(),
    userIds: z.array(z.string()).optional(),
    teamIds: z.array(z.string()).optional(),
    organizationIds: z.array(z.string()).optional(),
    createdBy: z.string().optional(),
    /** Any of the user, team and creator filters is enough; else all must hold. */
    anyOwner: z.boolean().optional(),
    /** Default `active`. */
    status: z.enum(['active', 'deleted']).optional(),
    /** Default `createdAt`. */
    sortBy: z.enum(['createdAt', 'updatedAt', 'alias', 'spend', 'expiresAt', 'lastActiveAt']).optional(),
    /** Default true. */
    descending: z.boolean().optional(),
    offset: z.number().int().nonnegative().optional(),
    limit: z.number().int().min(1).max(1_000),
  }),
  reply: z.object({ keys: z.array(spentKey), total: z.number().int() }),
});

/** Deletes keys by hash or alias; the reply holds the hashes that existed. */
export const deleteKeys = defineRequest('tollgate.key.delete', {
  service: 'billing',
  input: z.object({ actor, hashes: z.array(z.string()), aliases: z.array(z.string()) }),
  reply: z.object({ deleted: z.array(z.string()) }),
});

/** billing → every ingress: drop the record from the cache at once. Told of former hashes in their grace too. */
export const keyChanged = defineEvent('tollgate.key.changed', {
  service: 'ingress',
  input: z.object({ hash: z.string() }),
});
