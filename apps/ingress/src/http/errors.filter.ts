import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { keyLimitHeaders } from '../calls/rate-limits.js';
import { requestFailed } from '../events.js';
import { errorBody, errorHeaders } from './error-envelope.js';
import { fromHttpError } from './http-error.js';
import { RouteTable } from './route-table.js';

/** The one seam where whatever a route throws becomes an answer in the caller's envelope. (Bus messages have their own.) */
@Injectable()
@Catch()
export class ErrorsFilter implements ExceptionFilter {
  constructor(private readonly routes: RouteTable) {}

  catch(cause: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(cause, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(cause: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = this.routes.refine(fromHttpError(cause), request.method, request.url);
    requestFailed(error, request.call?.id ?? null);
    // An answer that has begun cannot become an error any more: it is cut off.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    void reply
      .code(error.status)
      .headers({ ...callHeaders(request), ...errorHeaders(error) })
      .type('application/json')
      .send(errorBody(error, request.routeOptions.config.dialect ?? 'openai-chat', request.call?.id ?? null));
  }
}

/** A refused call can be asked about by its id; a request that never became a call has none. */
const callHeaders = ({ call, caller }: FastifyRequest): Record<string, string> =>
  call === null
    ? {}
    : {
        'x-litellm-call-id': call.clientId,
        'x-tollgate-call-id': call.id,
        'x-request-id': call.id,
        'request-id': call.id,
        ...keyLimitHeaders(caller?.key ?? null),
        ...call.notice?.headers,
      };
