import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { mcpCancelled, type McpRequestName, type RpcMessage } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.js';

/** What a client can take back of what runs: whichever replica hears of it, that which has the call ends it. */
@Injectable()
export class OpenToolCalls {
  private readonly running = new Map<string, () => void>();

  constructor(@Inject(BUS) private readonly bus: Pick<Bus, 'publish'>) {}

  /** Only of clients that say which session is theirs. Returns how to forget it. */
  add(request: FastifyRequest, { id }: RpcMessage, cancel: () => void): () => void {
    const name = nameOf(request, id);
    if (name === null) return () => undefined;
    const key = keyOf(name);
    this.running.set(key, cancel);
    return () => {
      if (this.running.get(key) === cancel) this.running.delete(key);
    };
  }

  /** Tells every replica what a notification takes back; any other says nothing here. */
  notified(request: FastifyRequest, { method, params }: RpcMessage): void {
    const name = method === 'notifications/cancelled' ? nameOf(request, params?.['requestId']) : null;
    if (name !== null) this.bus.publish(mcpCancelled, name);
  }

  cancel(name: McpRequestName): void {
    this.running.get(keyOf(name))?.();
  }
}

const keyOf = ({ keyHash, session, requestId }: McpRequestName): string =>
  JSON.stringify([keyHash, session, requestId]);

const MAX_LENGTH = 256;

function nameOf(request: FastifyRequest, requestId: unknown): McpRequestName | null {
  const session = request.headers['mcp-session-id'];
  if (typeof session !== 'string' || session.length > MAX_LENGTH) return null;
  if (typeof requestId !== 'number' && !(typeof requestId === 'string' && requestId.length <= MAX_LENGTH))
    return null;
  return { keyHash: callerOf(request).principal.keyHash, session, requestId };
}
