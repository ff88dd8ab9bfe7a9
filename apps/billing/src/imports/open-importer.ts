import type { Bus } from '@tollgate/bus';
import { openDatabase, type DatabaseTarget } from '@tollgate/database';
import { AdminChanges } from '../audit/admin-changes.js';
import { Turns } from '../counters/turns.js';
import { DirectoryStore } from '../directory/directory-store.js';
import { EntryAdmin } from '../directory/entry-admin.js';
import { MembershipAdmin } from '../directory/membership-admin.js';
import { KeyAdmin } from '../keys/key-admin.js';
import { KeyStore } from '../keys/key-store.js';
import { Ledger } from '../ledger/ledger.js';
import { Partitions } from '../ledger/partitions.js';
import { ModelStore } from '../models/model-store.js';
import { BILLING_SCHEMA } from '../schema.js';
import { ImportedSpend, type ImportOrigin } from './imported-spend.js';

/** What an import reads and writes billing's data through: the same parts that administrators' changes go through. */
export interface Importer {
  readonly directory: DirectoryStore;
  readonly entries: EntryAdmin;
  readonly members: MembershipAdmin;
  readonly keys: KeyStore;
  readonly keyAdmin: KeyAdmin;
  readonly models: ModelStore;
  readonly spend: ImportedSpend;
  close(): Promise<void>;
}

/**
 * Opens billing's database, migrating it where it must be. Changes are in the audit log and told by `publish`; nobody wants an alert
 * for each of ten thousand keys, so none is raised.
 */
export async function openImporter(
  target: DatabaseTarget,
  publish: Bus['publish'],
  origin: ImportOrigin,
): Promise<Importer> {
  const database = await openDatabase(target, BILLING_SCHEMA);
  // Changes use these two of the bus alone.
  const bus = { publish, record: () => Promise.resolve() } as Pick<Bus, 'publish' | 'record'> as Bus;
  const changes = new AdminChanges(database, bus);
  const ledger = new Ledger(database, new Partitions(database));
  const turns = new Turns(database, { databaseUrl: 'url' in target ? target.url : null });
  return {
    directory: new DirectoryStore(database),
    entries: new EntryAdmin(changes),
    members: new MembershipAdmin(changes),
    keys: new KeyStore(database),
    keyAdmin: new KeyAdmin(changes),
    models: new ModelStore(database),
    spend: new ImportedSpend(database, ledger, turns, origin),
    close: () => database.close(),
  };
}
