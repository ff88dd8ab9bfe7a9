import type { NativeRequest } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import type { CallRequest } from '../calls/call-request.js';
import type { Json } from '../calls/request-rules.js';
import { readNativePath } from './native-paths.js';
import { checkPath } from './upward-paths.js';

/** A request of a provider's own API, as far as ingress needs to know it. Nothing of it is checked: the provider does. */
export function readNativeRequest(
  { method, body: received, headers }: FastifyRequest,
  { provider, path }: Pick<NativeRequest, 'provider' | 'path'>,
): CallRequest {
  checkPath(path.split('?', 1)[0] ?? '');
  const bytes = Buffer.isBuffer(received) ? received : Buffer.alloc(0);
  const contentType = headers['content-type'];
  const body = contentType === undefined || /json/i.test(contentType) ? jsonOf(bytes) : {};
  const read = readNativePath(method, path.split('?', 1)[0] ?? '');
  const model = read.model ?? (typeof body['model'] === 'string' ? body['model'] : undefined);
  return {
    dialect: read.dialect,
    ...{ bytes, body, native: { provider, method, path } },
    ...(contentType !== undefined && { contentType }),
    model: model === undefined ? provider : `${provider}/${model}`,
    stream: read.stream || body['stream'] === true,
    includeUsage: true,
    endUser: null,
  };
}

function jsonOf(bytes: Buffer): Json {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
  } catch {
    return {};
  }
}
