import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bus } from '@tollgate/bus';
import {
  NO_LIMITS,
  alertRaised,
  keyChanged,
  scopeName,
  scopesChanged,
  type Actor,
  type Alert,
  type DirectoryEntry,
  type EntryKind,
  type NewKey,
  type ScopeRef,
} from '@tollgate/contracts';
import { openDatabase, type Database, type DatabaseTarget } from '@tollgate/database';
import { describeWithServers, startPostgres } from '@tollgate/testing';
import { AdminChanges } from './audit/admin-changes.js';
import { AuditLog } from './audit/audit-log.js';
import { DirectoryStore } from './directory/directory-store.js';
import { EntryAdmin } from './directory/entry-admin.js';
import { MembershipAdmin } from './directory/membership-admin.js';
import { ScopeFinder } from './directory/scope-finder.js';
import { KeyAdmin } from './keys/key-admin.js';
import { KeyStore } from './keys/key-store.js';
import { BILLING_SCHEMA } from './schema.js';

/** What the parts told the rest of the system. */
class Told {
  readonly keys: string[] = [];
  readonly scopes: string[] = [];
  readonly alerts: Alert[] = [];

  readonly bus = {
    publish: (contract: unknown, event: { hash: string } & { scopes: ScopeRef[]; all?: boolean }) => {
      if (contract === keyChanged) this.keys.push(event.hash);
      if (contract !== scopesChanged) return;
      this.scopes.push(...(event.all === true ? ['all'] : event.scopes.map(scopeName)));
    },
    record: (contract: unknown, alert: Alert) => {
      if (contract === alertRaised) this.alerts.push(alert);
      return Promise.resolve();
    },
  } as unknown as Bus;

  clear(): void {
    for (const list of [this.keys, this.scopes, this.alerts]) list.length = 0;
  }
}

/** The parts that keep keys and the directory, on one database. */
export interface DirectoryStage {
  readonly database: Database;
  readonly told: Told;
  readonly audit: AuditLog;
  readonly entries: EntryAdmin;
  readonly members: MembershipAdmin;
  readonly directory: DirectoryStore;
  readonly scopes: ScopeFinder;
  readonly keyAdmin: KeyAdmin;
  readonly keys: KeyStore;
}

export const ACTOR: Actor = { keyHash: 'master', userId: 'ada', role: 'proxy_admin' };

let sequence = 0;
/** A name that nothing else has. */
export const fresh = (prefix: string): string => `${prefix}-${(sequence += 1)}`;

export const newKey = (change: Partial<NewKey> = {}): NewKey => ({
  hash: fresh('hash'),
  name: 'sk-...abcd',
  alias: null,
  models: ['chat-default', 'chat-*'],
  userId: null,
  teamId: null,
  organizationId: null,
  projectId: null,
  blocked: false,
  metadata: { purpose: { nested: [1, 'two'] } },
  limits: { ...NO_LIMITS, requestsPerMinute: 10 },
  budgetId: null,
  policy: {},
  allowedRoutes: [],
  type: 'default',
  settings: {},
  expiresAt: null,
  ...change,
});

type NewEntry = Omit<DirectoryEntry, 'createdAt' | 'createdBy' | 'updatedAt' | 'updatedBy'>;

export const newEntry = (kind: EntryKind, change: Partial<NewEntry> = {}): NewEntry => ({
  kind,
  id: fresh(kind),
  alias: null,
  blocked: false,
  models: [],
  organizationId: null,
  teamId: null,
  userId: null,
  budgetId: null,
  limits: NO_LIMITS,
  memberLimits: null,
  metadata: {},
  settings: {},
  ...change,
});

interface Place {
  readonly target: DatabaseTarget;
  stop(): Promise<void>;
}

async function embedded(): Promise<Place> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tollgate-directory-'));
  return { target: { dataDirectory }, stop: () => rm(dataDirectory, { recursive: true }) };
}

async function postgres(): Promise<Place> {
  const server = await startPostgres();
  return { target: { url: server.url }, stop: () => server.stop() };
}

function partsOn(database: Database): DirectoryStage {
  const told = new Told();
  const changes = new AdminChanges(database, told.bus);
  return {
    ...{ database, told, audit: new AuditLog(database), scopes: new ScopeFinder(database) },
    ...{ entries: new EntryAdmin(changes), members: new MembershipAdmin(changes) },
    ...{ directory: new DirectoryStore(database), keyAdmin: new KeyAdmin(changes) },
    keys: new KeyStore(database),
  };
}

/** Runs a suite on PGlite and on PostgreSQL. The stage is there from the first test on. */
export function describeOnDatabases(name: string, suite: (stage: () => DirectoryStage) => void): void {
  const on = (open: () => Promise<Place>) => (): void => {
    let place: Place;
    let stage: DirectoryStage;
    beforeAll(async () => {
      place = await open();
      stage = partsOn(await openDatabase(place.target, BILLING_SCHEMA));
    }, 120_000);
    afterAll(async () => {
      await stage.database.close();
      await place.stop();
    });
    afterEach(() => {
      stage.told.clear();
    });
    suite(() => stage);
  };
  describe(`${name} in PGlite`, on(embedded));
  describeWithServers(`${name} in PostgreSQL`, on(postgres));
}
