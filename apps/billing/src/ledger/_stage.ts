import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_USAGE, type UsageEvent } from '@tollgate/contracts';
import { openDatabase, type Database, type DatabaseTarget } from '@tollgate/database';
import { describeWithServers, startPostgres } from '@tollgate/testing';
import { BILLING_SCHEMA } from '../schema.js';

interface Place {
  readonly target: DatabaseTarget;
  stop(): Promise<void>;
}

/** A database of billing that specs write the ledger of. */
export interface Stage {
  database: Database;
}

async function embedded(): Promise<Place> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tollgate-ledger-'));
  return { target: { dataDirectory }, stop: () => rm(dataDirectory, { recursive: true }) };
}

async function postgres(): Promise<Place> {
  const server = await startPostgres();
  return { target: { url: server.url }, stop: () => server.stop() };
}

/** Runs a suite on PGlite and on PostgreSQL; the stage's database is open while its tests run. */
export function onBothDatabases(name: string, suite: (stage: Stage) => void): void {
  const staged = (open: () => Promise<Place>) => () => {
    const stage = {} as Stage;
    let place: Place;
    beforeAll(async () => {
      place = await open();
      stage.database = await openDatabase(place.target, BILLING_SCHEMA);
    }, 120_000);
    afterAll(async () => {
      await stage.database.close();
      await place.stop();
    });
    suite(stage);
  };
  describe(`${name} on PGlite`, staged(embedded));
  describeWithServers(`${name} on PostgreSQL`, staged(postgres));
}

/** In the middle of an hour: 2026-09-21T14:13:20Z. */
export const NOW = 1_790_000_000_000;

let sequence = 0;

/** One of a kind, of which a name is made. */
export const unique = (name: string): string => `${name}-${(sequence += 1)}`;

/** An event of a call of its own. */
export function usageEvent(change: Partial<UsageEvent> = {}): UsageEvent {
  const callId = change.callId ?? unique('call');
  return {
    id: `${callId}:1`,
    callId,
    responseId: `chatcmpl-${callId}`,
    status: 'complete',
    measured: true,
    usage: { ...NO_USAGE, input: 10, output: 5 },
    rawUsage: { prompt_tokens: 10, nested: { completion_tokens: 5 } },
    costNanos: 1_000,
    model: 'chat-default',
    group: 'chat-default',
    upstreamModel: 'gpt-4o-mini',
    deploymentId: 'deployment-1',
    provider: 'openai',
    apiBase: null,
    keyHash: 'no-key',
    keyAlias: null,
    userId: null,
    teamId: null,
    organizationId: null,
    projectId: null,
    endUser: null,
    tags: [],
    stream: false,
    calledAt: NOW,
    startedAt: NOW,
    firstTokenAt: null,
    endedAt: NOW + 500,
    errorCode: null,
    role: 'primary',
    arm: null,
    serviceTier: null,
    ...change,
  };
}

/** The columns of a key that the ledger has to do with. */
export async function insertKey({ dataSource }: Database, hash = unique('key')): Promise<string> {
  await dataSource.query(
    `insert into virtual_key (hash, name, models, metadata, limits, created_at, updated_at)
     values ($1, 'sk-...abcd', '{}', '{}', '{}', 0, 0)`,
    [hash],
  );
  return hash;
}
