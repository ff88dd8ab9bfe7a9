import {
  describeWithServers,
  startDistributed,
  startMcpServer,
  type DistributedGateway,
  type TestMcpServer,
} from '@tollgate/testing';
import { eventually } from './_seed.js';
import { WORKER_VARIABLES, describeMcp, mcpConfig } from './mcp.suite.js';

describeWithServers('the distributed gateway', () => {
  let server: TestMcpServer;
  let gateway: DistributedGateway;

  beforeAll(async () => {
    server = await startMcpServer();
    gateway = await startDistributed({
      config: mcpConfig(server.url),
      replicas: { ingress: 2, worker: 2 },
      // Credentials of MCP servers are for the workers that serve them alone.
      envOf: { worker: { ...WORKER_VARIABLES, PROVIDERS: 'mcp' } },
    });
  }, 180_000);

  afterAll(async () => {
    await gateway.stop();
    await server.close();
  });

  const { keyWith, client, rows } = describeMcp(() => ({ url: gateway.url, server }));

  it('a tool whose worker is killed in the middle is not called again, and is on the bill', async () => {
    const key = await keyWith({ object_permission: { mcp_servers: ['tools'] } });
    const made = await client(key);
    await made.listTools();
    const called = (): number =>
      server.seen.filter(({ message: { params } }) => params?.['name'] === 'wait').length;
    const before = called();
    const lost = made.callTool({ name: 'tools-wait' });
    lost.catch(() => undefined);
    await eventually(
      () => Promise.resolve(called()),
      (count) => count === before + 1,
    );
    const workers = gateway.replicas.worker;
    await Promise.all(workers.map((worker) => worker.kill()));
    await expect(lost).rejects.toThrow();
    await Promise.all(workers.map((worker) => worker.start()));
    expect((await made.callTool({ name: 'tools-echo', arguments: { a: 1 } })).isError).toBeFalsy();
    expect(called()).toBe(before + 1);
    await made.close();
    const found = await eventually(
      () => rows(key),
      (all) => all.length === 2,
      60_000,
    );
    expect(found.map(({ spend }) => spend)).toEqual([0.01, 0.01]);
  }, 120_000);
});
