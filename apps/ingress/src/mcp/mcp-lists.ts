import { Injectable } from '@nestjs/common';
import { GatewayError, toGatewayError, type RpcMessage } from '@tollgate/contracts';
import { mcpServerAway } from '../events.js';
import { McpRequests } from './mcp-requests.js';
import type { McpVisit } from './mcp-visits.js';
import { namespaced, type PermittedServer } from './permitted-servers.js';
import { METHOD_NOT_FOUND } from './rpc-errors.js';

type Item = Readonly<Record<string, unknown>>;

/** What servers list, by the method that asks for it. */
const LISTS = {
  'tools/list': { key: 'tools', isNamespaced: true },
  'prompts/list': { key: 'prompts', isNamespaced: true },
  // What they are called is for people; they are asked for by their URIs.
  'resources/list': { key: 'resources', isNamespaced: false },
  'resources/templates/list': { key: 'resourceTemplates', isNamespaced: false },
} as const;
export type ListMethod = keyof typeof LISTS;

export const isListMethod = (method: string): method is ListMethod => Object.hasOwn(LISTS, method);

/** What one server lists; `error`: nothing is known of it. */
export interface ServerList {
  readonly permitted: PermittedServer;
  readonly items: readonly Item[];
  readonly error: GatewayError | null;
}

/** A server that never comes to an end of its list. */
const MAX_PAGES = 100;

/** Lists of all servers that a caller may use. */
@Injectable()
export class McpLists {
  constructor(private readonly requests: McpRequests) {}

  /**
   * As one result. A server that does not answer is left out and named in `_meta`; rejects with its error when there is no other.
   */
  async list(visit: McpVisit, method: ListMethod): Promise<Record<string, unknown>> {
    const { key, isNamespaced } = LISTS[method];
    const lists = await this.ofEach(visit, method);
    const failed = lists.filter(({ error }) => error !== null);
    const [first] = failed;
    if (first !== undefined && first.error !== null && failed.length === lists.length) throw first.error;
    const items = lists.flatMap(({ permitted: { server }, items: own }) =>
      isNamespaced ? own.map((item) => ({ ...item, name: namespaced(server, String(item['name'])) })) : own,
    );
    const away = failed.map(({ permitted: { server }, error }) => [server.name, error?.message]);
    return {
      [key]: items,
      ...(away.length > 0 && { _meta: { 'tollgate/unavailable': Object.fromEntries(away) as unknown } }),
    };
  }

  /** Under the servers' own names, and of tools those alone that the caller may use. */
  ofEach(visit: McpVisit, method: ListMethod): Promise<ServerList[]> {
    return Promise.all(
      [...visit.servers.values()].map(async (permitted) => {
        try {
          const items = await this.all(visit, permitted, method);
          const isTool = method === 'tools/list';
          const own = isTool ? items.filter(({ name }) => permitted.allows(String(name))) : items;
          return { permitted, items: own, error: null };
        } catch (cause) {
          const error = toGatewayError(cause);
          mcpServerAway(permitted.server.name, error);
          return { permitted, items: [], error };
        }
      }),
    );
  }

  private async all(visit: McpVisit, permitted: PermittedServer, method: ListMethod): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: unknown;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const params = cursor === undefined ? {} : { cursor };
      const message: RpcMessage = { jsonrpc: '2.0', id: page, method, params };
      const { result, error } = await this.requests.ask(visit, permitted, message);
      // Servers say so of what they do not have.
      if (error?.code === METHOD_NOT_FOUND) return items;
      if (error !== undefined) throw new GatewayError('upstream_error', error.message);
      const listed = result?.[LISTS[method].key];
      if (Array.isArray(listed)) items.push(...(listed as Item[]));
      cursor = result?.['nextCursor'];
      if (typeof cursor !== 'string') return items;
    }
    return items;
  }
}
