import { z } from 'zod';
import { defineEvent, defineRequest } from './contract.js';
import { limits } from './limits.js';
import { scopeRecord, scopeRef } from './scope.js';

/** What the directory holds besides keys. `budget` is a tier that others link to, `access_group` a set of models. */
export const entryKind = z.enum([
  'organization',
  'project',
  'team',
  'user',
  'end_user',
  'tag',
  'budget',
  'access_group',
]);
export type EntryKind = z.infer<typeof entryKind>;

export const userRole = z.enum([
  'proxy_admin',
  'proxy_admin_viewer',
  'org_admin',
  'internal_user',
  'internal_user_viewer',
  'team',
  'customer',
]);
export type UserRole = z.infer<typeof userRole>;

/** Who changes something: told in the audit log. */
export const actor = z.object({
  keyHash: z.string(),
  userId: z.string().nullable(),
  role: userRole,
});
export type Actor = z.infer<typeof actor>;

/** Times are epoch milliseconds. */
export const directoryEntry = z.object({
  kind: entryKind,
  id: z.string(),
  alias: z.string().nullable(),
  blocked: z.boolean(),
  models: z.array(z.string()),
  /** What it belongs to; null where its kind has no such owner. */
  organizationId: z.string().nullable(),
  teamId: z.string().nullable(),
  userId: z.string().nullable(),
  /** The tier whose limits hold where its own say nothing. */
  budgetId: z.string().nullable(),
  limits,
  /** Of teams: what binds each member's calls within the team where the membership says nothing. */
  memberLimits: limits.nullable().optional(),
  metadata: z.record(z.string(), z.unknown()),
  /**
   * Further fields of LiteLLM's record that its readers want back, by its names. Two of a user's mean something here:
   * `user_email`, which no two users share (in any case), and `user_role` (a `userRole`).
   */
  settings: z.record(z.string(), z.unknown()),
  createdAt: z.number(),
  createdBy: z.string(),
  updatedAt: z.number(),
  updatedBy: z.string(),
});
export type DirectoryEntry = z.infer<typeof directoryEntry>;

const stamps = { createdAt: true, createdBy: true, updatedAt: true, updatedBy: true } as const;

/**
 * Creates an entry. Fails with `conflict` when its id or e-mail is taken, in LiteLLM's words and with its status (400 or 409), and
 * with `not_found` for an unknown owner or tier; both name the param (`team_id`, `user_email`...). Aliases need not be unique.
 */
export const createEntry = defineRequest('tollgate.directory.create', {
  service: 'billing',
  input: z.object({ actor, entry: directoryEntry.omit(stamps) }),
  reply: directoryEntry,
});

/** Replaces the fields that are present. Fails with `not_found`, or as `createEntry`. */
export const updateEntry = defineRequest('tollgate.directory.update', {
  service: 'billing',
  input: z.object({
    actor,
    kind: entryKind,
    id: z.string(),
    patch: directoryEntry.omit({ ...stamps, kind: true, id: true }).partial(),
  }),
  reply: directoryEntry,
});

/**
 * Deletes entries with what hangs on them: memberships, the keys of teams and users, and an organization's teams and projects with
 * theirs. Links to a deleted tier end. Fails with `invalid_request` (param `project_ids`) for a project that has keys. The reply
 * holds the entries of this kind that there were, and the hashes of all keys that went with them.
 */
export const deleteEntries = defineRequest('tollgate.directory.delete', {
  service: 'billing',
  input: z.object({ actor, kind: entryKind, ids: z.array(z.string()).max(1_000) }),
  reply: z.object({ deleted: z.array(directoryEntry), deletedKeys: z.array(z.string()) }),
});

/** Entries with what they have spent, in nano-dollars since they were created (a reset counts as a correction). */
export const spentEntry = directoryEntry.extend({
  spendNanos: z.number().int(),
  /** Of teams and users; else 0. */
  keyCount: z.number().int(),
});
export type SpentEntry = z.infer<typeof spentEntry>;

export const findEntries = defineRequest('tollgate.directory.find', {
  service: 'billing',
  input: z.object({ kind: entryKind, ids: z.array(z.string()).max(1_000) }),
  reply: z.object({ entries: z.array(spentEntry) }),
});

export const listEntries = defineRequest('tollgate.directory.list', {
  service: 'billing',
  input: z.object({
    kind: entryKind,
    organizationIds: z.array(z.string()).optional(),
    teamIds: z.array(z.string()).optional(),
    /** Entries that this user is a member of (teams, organizations) or owns. */
    memberId: z.string().optional(),
    /** Part of id, alias or e-mail, in any case. */
    search: z.string().optional(),
    /** Of users. */
    role: userRole.optional(),
    /** Default `createdAt`. */
    sortBy: z.enum(['createdAt', 'alias', 'id', 'spend']).optional(),
    /** Default true. */
    descending: z.boolean().optional(),
    offset: z.number().int().nonnegative().optional(),
    limit: z.number().int().min(1).max(1_000),
  }),
  reply: z.object({ entries: z.array(spentEntry), total: z.number().int() }),
});

/** A user in a team or an organization. */
export const membership = z.object({
  containerKind: z.enum(['team', 'organization']),
  containerId: z.string(),
  userId: z.string(),
  role: z.enum(['admin', 'user', 'org_admin', 'internal_user', 'internal_user_viewer']),
  /** Of the user's calls within the team. */
  limits,
});
export type Membership = z.infer<typeof membership>;

/**
 * Adds members or changes them (whole); users that do not exist are created. Fails with `not_found` naming the param of an unknown
 * container. The reply holds the memberships as they now are.
 */
export const setMembers = defineRequest('tollgate.directory.members.set', {
  service: 'billing',
  input: z.object({ actor, members: z.array(membership).min(1).max(1_000) }),
  reply: z.object({ members: z.array(membership), createdUsers: z.array(z.string()) }),
});

/** Ends memberships; keys that these users have for the team are deleted. The reply holds the memberships that there were. */
export const removeMembers = defineRequest('tollgate.directory.members.remove', {
  service: 'billing',
  input: z.object({
    actor,
    containerKind: membership.shape.containerKind,
    containerId: z.string(),
    userIds: z.array(z.string()).min(1).max(1_000),
  }),
  reply: z.object({ removed: z.array(membership), deletedKeys: z.array(z.string()) }),
});

export const listMembers = defineRequest('tollgate.directory.members.list', {
  service: 'billing',
  input: z.object({
    containerKind: membership.shape.containerKind.optional(),
    containerIds: z.array(z.string()).optional(),
    userIds: z.array(z.string()).optional(),
    limit: z.number().int().min(1).max(10_000),
  }),
  reply: z.object({ members: z.array(membership.extend({ spendNanos: z.number().int() })) }),
});

/**
 * What binds calls, by scope; a scope that is not known is missing from the reply, and so is `gateway`, whose limits are the
 * config's. Where own limits say nothing, the tier's hold: a rate or a hard or soft budget of one's own takes the place of the
 * tier's. A key is found by its current hash, a member with the team's `memberLimits` merged in.
 */
export const findScopes = defineRequest('tollgate.scope.find', {
  service: 'billing',
  input: z.object({ scopes: z.array(scopeRef).min(1).max(200) }),
  reply: z.object({ scopes: z.array(scopeRecord) }),
});

/**
 * billing → every ingress: drop these records from the cache at once; `all`: drop every one (a tier or an access group changed, or
 * more scopes than are named). A user is named too when its memberships change.
 */
export const scopesChanged = defineEvent('tollgate.scope.changed', {
  service: 'ingress',
  input: z.object({ scopes: z.array(scopeRef), all: z.boolean().optional() }),
});
