import { GatewayError } from '@tollgate/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const FORM_TYPE = /^multipart\/form-data\s*;/i;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/**
 * Bodies stay bytes: what needs their content parses them once, where it is needed. Larger ones than `limit` are refused
 * as soon as they are known to be, other types than JSON and forms before a byte is read.
 */
export function readBodiesAsBytes(server: FastifyInstance, limit: number): void {
  server.removeAllContentTypeParsers();
  for (const type of [JSON_TYPE, FORM_TYPE]) {
    server.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: limit }, (_request, body, done) =>
      done(null, body),
    );
  }
  server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limit }, (_request, body, done) =>
    done(null, body),
  );
}

/** Clients that name no type are taken to mean JSON; compressed bodies are refused rather than misread. */
export function prepareContentType(request: FastifyRequest): GatewayError | null {
  const { headers } = request;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    return new GatewayError(
      'invalid_request',
      'Compressed request bodies are not supported: send it without content-encoding.',
      { status: 415, param: 'content-encoding' },
    );
  headers['content-type'] ??= 'application/json';
  const type = headers['content-type'];
  const isKnown = JSON_TYPE.test(type) || FORM_TYPE.test(type);
  return isKnown || request.routeOptions.config.anyBody === true ? null : wrongType(request);
}

const wrongType = (request: FastifyRequest): GatewayError =>
  new GatewayError(
    'invalid_request',
    `The body must be JSON: send the header 'content-type: application/json' (got '${shown(request)}').`,
    { status: 415, param: 'content-type' },
  );

const shown = (request: FastifyRequest): string =>
  (request.headers['content-type'] ?? '').replace(/[^\w/+.-].*$/s, '').slice(0, 64);
