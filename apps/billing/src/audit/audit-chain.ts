import { createHash } from 'node:crypto';
import type { AuditRecord } from '@tollgate/contracts';

/** What the first record names as the hash before it. */
export const FIRST_HASH = '0'.repeat(64);

/** SHA-256 hex over the record as canonical JSON; the hash of the one before is in it. */
export function chainHash({ hash: _hash, ...record }: Omit<AuditRecord, 'hash'> & { hash?: string }): string {
  return createHash('sha256').update(canonicalJson(record)).digest('hex');
}

/** JSON with sorted names and without white space: the same text for the same value, whatever kept it meanwhile. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}

/** Names of fields that hold credentials; what is no text under them (`max_tokens`) is none. */
const SECRET_NAME = /key$|secret|passw|token|credential|authorization|private/i;
const SEALED = 'sealed:';
const MASK = '***';

/** A copy without the values of credentials, however deep: what is sealed, and what a field's name says is secret. */
export function withoutSecrets(value: unknown, isSecret = false): unknown {
  if (typeof value === 'string') return isSecret || value.startsWith(SEALED) ? MASK : value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, isSecret));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    withoutSecrets(member, isSecret || SECRET_NAME.test(name)),
  ]);
  return Object.fromEntries(members);
}
