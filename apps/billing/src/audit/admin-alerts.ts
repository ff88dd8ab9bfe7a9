import type { Alert, AlertType, AuditRecord } from '@tollgate/contracts';
import { nameOf } from './actor-name.js';

const SUBJECTS: Readonly<Record<string, { readonly alert: string; readonly one: string }>> = {
  key: { alert: 'virtual_key', one: 'Virtual key' },
  team: { alert: 'team', one: 'Team' },
  user: { alert: 'internal_user', one: 'Internal user' },
};

/** Objects that an alert about many names. */
const MAX_NAMED = 100;

type Happened = 'created' | 'updated' | 'deleted';

const happened = (action: AuditRecord['action']): Happened =>
  action === 'created' || action === 'deleted' ? action : 'updated';

/** What operators can ask to hear of: an alert for each type of change in a transaction, however many objects it had. */
export function alertsOf(records: readonly AuditRecord[]): Alert[] {
  const byType = new Map<AlertType, AuditRecord[]>();
  for (const record of records) {
    const subject = SUBJECTS[record.object];
    if (subject === undefined) continue;
    const type = `${subject.alert}_${happened(record.action)}` as AlertType;
    byType.set(type, [...(byType.get(type) ?? []), record]);
  }
  return [...byType].map(([type, group]) => alertOf(type, group));
}

function alertOf(type: AlertType, records: readonly AuditRecord[]): Alert {
  const [first] = records as [AuditRecord, ...AuditRecord[]];
  const { one } = SUBJECTS[first.object] as { one: string };
  const by = nameOf(first.actor);
  const verb = records.length === 1 ? first.action : happened(first.action);
  const what =
    records.length === 1 ? `${one} ${labelOf(first)} was` : `${records.length} ${one.toLowerCase()}s were`;
  const objects = records.slice(0, MAX_NAMED).map(({ objectId, before, after }) => {
    return { id: objectId, alias: (after ?? before)?.['alias'] ?? null };
  });
  return {
    id: `audit:${first.sequence}:${type}`,
    type,
    message: `${what} ${verb} by ${by}`,
    at: first.at,
    details: {
      ...{ object: first.object, action: first.action, changedBy: by, count: records.length, objects },
      ...(records.length === 1 && { before: first.before, after: first.after }),
    },
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Its alias, and what identifies it; of a key not more than its name, which shows the last four characters. */
function labelOf({ object, objectId, before, after }: AuditRecord): string {
  const fields = after ?? before ?? {};
  const id = object === 'key' ? textOf(fields['name']) : objectId;
  const alias = fields['alias'];
  return typeof alias === 'string' ? `'${alias}' (${id})` : id;
}
