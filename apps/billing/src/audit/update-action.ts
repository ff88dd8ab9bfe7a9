import type { AuditRecord } from '@tollgate/contracts';

interface Blockable {
  readonly blocked: boolean;
}

/** What the audit log calls a change: one that only blocks or unblocks has a word of its own. */
export function updateAction(before: Blockable, after: Blockable): AuditRecord['action'] {
  if (before.blocked === after.blocked) return 'updated';
  const withoutIt = (value: Blockable): string =>
    JSON.stringify({ ...value, blocked: false, updatedAt: 0, updatedBy: '' });
  if (withoutIt(before) !== withoutIt(after)) return 'updated';
  return after.blocked ? 'blocked' : 'unblocked';
}
