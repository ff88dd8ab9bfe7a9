import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { startNats, type TestServer } from '@tollgate/testing';
import type { Envelope } from './envelope.js';
import { decodeWithBodies, type WithBody } from './frames.js';
import { NatsBus } from './nats-bus.js';

/** A call of a process that does not exist (any more). */
export const strangersCall: Envelope = {
  id: 'x',
  header: { name: 'a' },
  caller: { process: 'f'.repeat(16), slot: 1 },
  remainingMs: 5000,
  windowBytes: 1000,
  bodyBytes: 0,
};

/** The calls in a message, as a service gets them. */
export const callsIn = (data: Uint8Array): WithBody[] => [...decodeWithBodies(data)];

export interface NatsFixture {
  server(): TestServer;
  /** A bus with fast heartbeats and a folder of its own; closed after the test. */
  open(name: string): Promise<NatsBus>;
  /** A process that speaks the protocol badly or not at all. */
  openRaw(): Promise<NatsConnection>;
}

/** One NATS server for the suite; buses that live for one test. */
export function natsFixture(): NatsFixture {
  let server: TestServer;
  let root: string;
  let closing: (() => Promise<unknown>)[];
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(async () => {
    await server.stop();
  });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tollgate-bus-'));
    closing = [];
  });
  afterEach(async () => {
    await Promise.all(closing.map((close) => close()));
    rmSync(root, { recursive: true, force: true });
  });
  return {
    server: () => server,
    open: async (name) => {
      const dataDirectory = join(root, name);
      const bus = await NatsBus.connect({
        url: server.url,
        dataDirectory,
        name,
        heartbeatMs: 50,
        retryMs: 20,
      });
      closing.push(() => bus.close());
      return bus;
    },
    openRaw: async () => {
      const raw = await connect({ servers: server.url });
      closing.push(() => raw.close());
      return raw;
    },
  };
}
