import type { FastifyRequest } from 'fastify';
import { VERSION } from '../version.js';

/** By what its client finds a call again. */
export const callHeaders = ({ call }: FastifyRequest): Record<string, string> => ({
  'content-type': 'application/json',
  'x-litellm-version': VERSION,
  ...(call !== null && { 'x-tollgate-call-id': call.id, 'x-litellm-call-id': call.clientId }),
});
