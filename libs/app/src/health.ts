import { METRICS_CONTENT_TYPE, metricsText } from '@tollgate/observability';
import type { FastifyInstance } from 'fastify';
import type { Readiness } from './readiness.js';

/**
 * The routes every process serves, beside Nest's: they need no key and must answer while everything else is busy.
 * `/health/liveliness` is LiteLLM's spelling.
 */
export function serveHealth(server: FastifyInstance, readiness: Readiness): void {
  for (const path of ['/health/liveliness', '/health/liveness'])
    server.get(path, (_request, reply) => reply.send({ status: 'alive' }));
  server.get('/health/readiness', async (_request, reply) => {
    const problems = await readiness.problems();
    return reply
      .code(problems.length === 0 ? 200 : 503)
      .send({ status: problems.length === 0 ? 'ready' : 'not ready', problems });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.header('content-type', METRICS_CONTENT_TYPE).send(await metricsText()),
  );
}
