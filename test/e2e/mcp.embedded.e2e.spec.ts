import { startGateway, startMcpServer, type Gateway, type TestMcpServer } from '@tollgate/testing';
import { WORKER_VARIABLES, describeMcp, mcpConfig } from './mcp.suite.js';

describe('the embedded gateway', () => {
  let server: TestMcpServer;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    server = await startMcpServer();
    gateway = await startGateway({ mode: 'embedded', config: mcpConfig(server.url), env: WORKER_VARIABLES });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await server.close();
  });

  describeMcp(() => ({ url: gateway.url, server }));
});
