import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectToNats } from '@nats-io/transport-node';
import { describeWithServers, startNats, type TestServer } from '@tollgate/testing';
import { busContractSuite } from '../bus.contract-suite.js';
import { decodePacket, FRAME } from './frames.js';
import { NatsBus } from './nats-bus.js';
import { packetsOf } from './subjects.js';

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

  const heartbeats = async (count: number): Promise<void> => {
    const listener = await connectToNats({ servers: server.url });
    let heard = 0;
    for await (const { data } of listener.subscribe(packetsOf('*'))) {
      heard += [...decodePacket(data)].filter(({ type }) => type === FRAME.forwardAlive).length;
      if (heard >= count) break;
    }
    await listener.close();
  };

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
      return { ingress, router, worker, heartbeats, close };
    },
  });
});
