import { GatewayError, type DirectoryEntry } from '@tollgate/contracts';
import {
  BUDGET,
  CUSTOMER,
  NEW_RECORD,
  ORGANIZATION,
  PROJECT,
  TAG,
  TEAM,
  USER,
  newEntry,
  readRecord,
  type EntrySpec,
} from '@tollgate/ingress';
import { ACTOR, type ImportContext } from './context.js';
import { bodyOf } from './litellm-body.js';
import type { Kind } from './report.js';
import type { Row } from './source.js';
import { readTolerantly } from './tolerant-read.js';
import { objectOf, textOf } from './values.js';

interface EntryTable {
  readonly table: string;
  readonly kind: Kind;
  readonly spec: EntrySpec;
  readonly idColumn: string;
  /** Columns that say the same elsewhere. */
  readonly more?: (row: Row, context: TableContext) => Row;
}

interface TableContext extends ImportContext {
  readonly aliases: ReadonlyMap<unknown, Row>;
}

/** Whatever others link to comes before them. */
const ENTRY_TABLES: readonly EntryTable[] = [
  { table: 'LiteLLM_BudgetTable', kind: 'budgets', spec: BUDGET, idColumn: 'budget_id' },
  {
    table: 'LiteLLM_OrganizationTable',
    kind: 'organizations',
    spec: ORGANIZATION,
    idColumn: 'organization_id',
  },
  { table: 'LiteLLM_UserTable', kind: 'users', spec: USER, idColumn: 'user_id' },
  { table: 'LiteLLM_TeamTable', kind: 'teams', spec: TEAM, idColumn: 'team_id', more: ofTeam },
  { table: 'LiteLLM_ProjectTable', kind: 'projects', spec: PROJECT, idColumn: 'project_id' },
  { table: 'LiteLLM_EndUserTable', kind: 'end users', spec: CUSTOMER, idColumn: 'user_id' },
  { table: 'LiteLLM_TagTable', kind: 'tags', spec: TAG, idColumn: 'tag_name' },
];

/** The row in which LiteLLM counts what everybody spends. */
const PROXY_BUDGET_USER = 'litellm-proxy-budget';

/** Takes organizations, users, teams and so on; those that are here are left as they are. */
export async function takeEntries(context: ImportContext): Promise<void> {
  const aliases = new Map(
    (await context.source.all('LiteLLM_ModelTable')).map((row) => [row['id'], objectOf(row['aliases'])]),
  );
  for (const table of ENTRY_TABLES) {
    const total = await context.source.count(table.table);
    if (total === 0) continue;
    context.progress.start(table.kind, total);
    for await (const rows of context.source.pages(table.table)) {
      await takePage({ ...context, aliases }, table, rows);
      context.progress.add(rows.length);
    }
  }
}

async function takePage(context: TableContext, table: EntryTable, rows: readonly Row[]): Promise<void> {
  const { spec, kind, idColumn } = table;
  const ids = rows.flatMap((row) => textOf(row[idColumn]) ?? []);
  const found = await context.importer.directory.find(spec.kind, ids);
  const known = new Set(found.map(({ id }) => id));
  for (const row of rows) {
    const id = textOf(row[idColumn]);
    if (id === null || id === PROXY_BUDGET_USER) continue;
    if (known.has(id)) context.report.there(kind);
    else if (!(await takeRow(context, table, { row, id }))) continue;
    markPresent(context, spec.kind, id);
  }
}

function markPresent({ present }: ImportContext, kind: DirectoryEntry['kind'], id: string): void {
  if (kind !== 'budget' && kind !== 'access_group') present.add(kind, id);
}

/** Returns whether it is here now. */
async function takeRow(
  context: TableContext,
  { spec, kind, more }: EntryTable,
  { row, id }: { readonly row: Row; readonly id: string },
): Promise<boolean> {
  const { report, now, dryRun } = context;
  try {
    const body = { ...bodyOf(row, spec.fields, now), ...more?.(row, context) };
    const read = (part: Row) => newEntry(spec.kind, id, readRecord(part, spec, NEW_RECORD, now).patch);
    const { value, lost } = readTolerantly(body, spec.fields, read);
    if (!dryRun && !(await create(context, value, kind))) return true;
    for (const what of lost) report.lost(kind, id, what);
    report.taken(kind);
    return true;
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause;
    report.refused(kind, id, cause.message);
    return false;
  }
}

type NewEntry = ReturnType<typeof newEntry>;

/** Returns false when it is there already. */
async function create({ importer, report }: ImportContext, entry: NewEntry, kind: Kind): Promise<boolean> {
  try {
    await importer.entries.create(ACTOR, entry);
    return true;
  } catch (cause) {
    if (!(cause instanceof GatewayError) || cause.code !== 'conflict') throw cause;
    if (cause.toShape().param !== 'user_email') {
      report.there(kind);
      return false;
    }
    // LiteLLM lets two users have one address, and their keys must go on working.
    report.lost(kind, entry.id, cause.message);
    const { user_email: _taken, ...settings } = objectOf(entry.settings);
    await importer.entries.create(ACTOR, { ...entry, settings });
    return true;
  }
}

/** The budget of members is a tier that the metadata names; aliases are in a table of their own. */
function ofTeam(row: Row, { budgets, aliases, report }: TableContext): Row {
  const tier = budgets.get(textOf(objectOf(row['metadata'])['team_member_budget_id']) ?? '');
  const modelAliases = aliases.get(row['model_id']) ?? {};
  for (const [field, value] of Object.entries({
    model_aliases: modelAliases,
    router_settings: row['router_settings'],
  }))
    if (Object.keys(objectOf(value)).length > 0)
      report.lost(
        'teams',
        textOf(row['team_id']) ?? '',
        `its ${field} are kept, but of no effect: those of keys are`,
      );
  return {
    ...(tier !== undefined && {
      team_member_budget: tier['max_budget'],
      team_member_budget_duration: tier['budget_duration'],
      team_member_rpm_limit: tier['rpm_limit'],
      team_member_tpm_limit: tier['tpm_limit'],
    }),
    ...(Object.keys(modelAliases).length > 0 && { model_aliases: modelAliases }),
  };
}
