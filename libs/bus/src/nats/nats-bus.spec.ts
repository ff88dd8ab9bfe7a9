import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithServers, startNats, type TestServer } from '@tollgate/testing';
import { busContractSuite } from '../bus.contract-suite.js';
import { NatsBus } from './nats-bus.js';

describeWithServers('NatsBus', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(async () => {
    await server.stop();
  });
  const connect = (dataDirectory: string, name = 'test'): Promise<NatsBus> =>
    NatsBus.connect({ url: server.url, dataDirectory, name, heartbeatMs: 100, retryMs: 20 });

  busContractSuite({
    openOne: (dataDirectory) => connect(dataDirectory),
    open: async () => {
      const root = mkdtempSync(join(tmpdir(), 'tollgate-bus-'));
      const open = (name: string): Promise<NatsBus> => connect(join(root, name), name);
      const [ingress, router, worker] = await Promise.all([open('ingress'), open('router'), open('worker')]);
      const close = async (): Promise<void> => {
        await Promise.all([ingress, router, worker].map((bus) => bus.close()));
        rmSync(root, { recursive: true, force: true });
      };
      return { ingress, router, worker, close };
    },
  });
});
