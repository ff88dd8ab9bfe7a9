import { FastifyAdapter } from '@nestjs/platform-fastify';
import { serveHealth } from './health.js';
import type { Readiness } from './readiness.js';

describe('health', () => {
  it.each([
    [[], 200, 'ready'],
    [['database away'], 503, 'not ready'],
  ])('with problems %j is %s, and the process alive', async (problems, code, status) => {
    const server = new FastifyAdapter().getInstance();
    serveHealth(server, { problems: async () => problems } as unknown as Readiness);
    const address = await server.listen({ port: 0, host: '127.0.0.1' });
    const readiness = await fetch(`${address}/health/readiness`);
    expect(readiness.status).toBe(code);
    expect(await readiness.json()).toEqual({ status, problems });
    expect((await fetch(`${address}/health/liveliness`)).status).toBe(200);
    await server.close();
  });
});
