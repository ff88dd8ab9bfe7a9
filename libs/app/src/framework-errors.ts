import { GatewayError } from '@tollgate/contracts';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Answers what the router refuses before there is a route (a malformed URL, an overlong path parameter). Fastify runs no
 * error handler then, so the usual envelope is written here.
 */
export function answerFrameworkError(
  error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  const status = error.statusCode ?? 400;
  const refusal = new GatewayError('invalid_request', 'The URL is not valid.', { status });
  void reply.code(status).send({
    error: { message: refusal.message, type: refusal.type, param: null, code: String(status) },
  });
}
