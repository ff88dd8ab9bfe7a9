import {
  describeWithServers,
  startDistributed,
  startMcpServer,
  type DistributedGateway,
  type TestMcpServer,
} from '@tollgate/testing';
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

  describeMcp(() => ({ url: gateway.url, server }));
});
