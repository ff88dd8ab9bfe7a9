import { z } from 'zod';
import { defineRequest } from './contract.js';
import { actor } from './directory.contract.js';

/** One change by an administrator. Never changed or deleted; `hash` covers the row and `previousHash`, so a hole shows. */
export const auditRecord = z.object({
  /** From 1, without gaps. */
  sequence: z.number().int(),
  /** Epoch milliseconds. */
  at: z.number(),
  actor,
  action: z.enum(['created', 'updated', 'deleted', 'blocked', 'unblocked', 'rotated', 'reset']),
  /** What was changed: `key`, `team`, `model`... and its id. */
  object: z.string(),
  objectId: z.string(),
  /** As it was and as it is, without secrets; null: there was, or is, none. */
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  /** SHA-256 hex. */
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditRecord = z.infer<typeof auditRecord>;

/** Newest first. */
export const listAudit = defineRequest('tollgate.audit.list', {
  service: 'billing',
  input: z.object({
    object: z.string().optional(),
    objectId: z.string().optional(),
    changedBy: z.string().optional(),
    action: auditRecord.shape.action.optional(),
    from: z.number().optional(),
    to: z.number().optional(),
    /** Rows before this sequence number. */
    before: z.number().int().optional(),
    limit: z.number().int().min(1).max(1_000),
  }),
  reply: z.object({ records: z.array(auditRecord), total: z.number().int() }),
});

/**
 * Recomputes the chain, some thousands of rows at a time. `brokenAt` is the first row that does not fit, null: all do; `next` is what
 * to ask for as `after` to go on, null at the end.
 */
export const verifyAudit = defineRequest('tollgate.audit.verify', {
  service: 'billing',
  input: z.object({ after: z.number().int().nonnegative().optional() }),
  reply: z.object({
    checked: z.number().int(),
    brokenAt: z.number().int().nullable(),
    next: z.number().int().nullable(),
  }),
});
