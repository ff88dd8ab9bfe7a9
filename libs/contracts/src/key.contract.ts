import { z } from 'zod';
import { keyRouting } from './call.contract.js';
import { defineEvent, defineRequest } from './contract.js';

/** A virtual key as stored: never the key itself, only its SHA-256 hex (`hash`). Times are epoch milliseconds. */
export const keyRecord = z.object({
  hash: z.string(),
  /** `sk-...` and the last four characters. */
  name: z.string(),
  alias: z.string().nullable(),
  models: z.array(z.string()),
  userId: z.string().nullable(),
  teamId: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  routing: keyRouting.optional(),
  requestsPerMinute: z.number().int().positive().nullable(),
  tokensPerMinute: z.number().int().positive().nullable(),
  maxParallelRequests: z.number().int().positive().nullable(),
  expiresAt: z.number().nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type KeyRecord = z.infer<typeof keyRecord>;

/** Everything of a record but what billing fills in. `hash` and `name` come from ingress: the key itself never travels. */
export const newKey = keyRecord.omit({ createdAt: true, updatedAt: true });

/** Creates a key. Fails with `invalid_request` when the alias (param `key_alias`) or the hash (param `key`) exists. */
export const createKey = defineRequest('tollgate.key.create', {
  service: 'billing',
  input: newKey,
  reply: keyRecord,
});

/** A key by hash, with what it has spent; null when there is none. */
export const findKey = defineRequest('tollgate.key.find', {
  service: 'billing',
  input: z.object({ hash: z.string() }),
  reply: z.object({ key: keyRecord, spendNanos: z.number().int() }).nullable(),
});

/** Deletes keys by hash or alias; the reply holds the hashes that existed. */
export const deleteKeys = defineRequest('tollgate.key.delete', {
  service: 'billing',
  input: z.object({ hashes: z.array(z.string()), aliases: z.array(z.string()) }),
  reply: z.object({ deleted: z.array(z.string()) }),
});

/** billing → every ingress: drop the record from the cache at once. */
export const keyChanged = defineEvent('tollgate.key.changed', {
  service: 'ingress',
  input: z.object({ hash: z.string() }),
});
