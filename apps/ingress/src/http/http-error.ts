import { HttpException } from '@nestjs/common';
import { GatewayError, toGatewayError } from '@tollgate/contracts';

/** What Fastify and Nest throw (unknown paths, bodies too large, bad URLs), in the gateway's own words. */
export function fromHttpError(cause: unknown): GatewayError {
  const status = statusOf(cause);
  if (status === null || status >= 500) return toGatewayError(cause);
  if (status === 404)
    return new GatewayError('not_found', 'Not Found: there is no such route. OpenAI routes are under /v1.', {
      cause,
    });
  if (status === 413)
    return new GatewayError(
      'body_too_large',
      'The request body is larger than this gateway accepts (general_settings.max_request_size_mb).',
      { cause },
    );
  const message = cause instanceof Error ? cause.message : 'Bad request';
  return new GatewayError('invalid_request', message, { cause, status });
}

function statusOf(cause: unknown): number | null {
  if (cause instanceof HttpException) return cause.getStatus();
  if (!(cause instanceof Error) || cause.name !== 'FastifyError') return null;
  const { statusCode } = cause as Error & { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : null;
}
