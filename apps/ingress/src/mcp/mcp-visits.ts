import { Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { GatewayError, objectPermission, type CallHeader, type ScopeRecord } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { newCallId } from '../calls/call-id.js';
import { callerOf, type Caller } from '../auth/caller.js';
import { presentedKey } from '../auth/key-text.js';
import { checkBlocked } from '../auth/scope-checks.js';
import { Bindings } from '../budgets/bindings.js';
import { buildCallHeader } from '../calls/call-header.js';
import type { CallRequest } from '../calls/call-request.js';
import { clientCallId } from '../calls/forwarded-headers.js';
import { permittedServers, type PermittedServer } from './permitted-servers.js';

/** One HTTP request to the MCP gateway: who asks, and what it may use. */
export interface McpVisit {
  readonly caller: Caller;
  /** What binds the caller's calls. */
  readonly records: readonly ScopeRecord[];
  /** By name. */
  readonly servers: ReadonlyMap<string, PermittedServer>;
  /** Of a call of the caller's, which has yet to be named. */
  readonly header: CallHeader;
  readonly headers: FastifyRequest['headers'];
  /** The gateway's, as it was sent: nobody else gets it. */
  readonly key: string | null;
}

/** Finds out what a request may use. */
@Injectable()
export class McpVisits {
  constructor(
    private readonly config: LiveConfig,
    private readonly bindings: Bindings,
  ) {}

  /**
   * @param named servers or groups of them that the client wants to see, separated by commas; undefined: all.
   *
   * Rejects with `blocked`, or `not_found` where nothing of what was named is there for the caller.
   */
  async of(request: FastifyRequest, named?: string): Promise<McpVisit> {
    const { headers } = request;
    const caller = callerOf(request);
    const config = this.config.current;
    const id = newCallId();
    request.call = {
      ...{ id, clientId: clientCallId(headers) ?? id, modelLabel: 'mcp', notice: undefined },
      startedAt: performance.now(),
    };
    const { header } = buildCallHeader({ id, headers, asked: NOTHING_ASKED, caller, config });
    const records = await this.bindings.of(caller, header);
    checkBlocked(records);
    const team = records.find(({ kind }) => kind === 'team')?.objectPermission ?? null;
    const key = objectPermission.safeParse(caller.key?.settings['object_permission']).data ?? null;
    const { isAdmin } = caller.principal;
    const permitted = permittedServers(config.mcpServers.values(), { isAdmin, key, team });
    const servers = narrowed(permitted, named ?? wantedBy(headers));
    const ownHeader = config.general.keyHeaderName?.toLowerCase() ?? null;
    const visit = { caller, records, servers, headers, key: presentedKey(headers, ownHeader) };
    return { ...visit, header: { ...header, inputTokens: 0 } };
  }
}

/** A call of which only the caller is known yet. */
const NOTHING_ASKED: CallRequest = {
  dialect: 'native',
  bytes: Buffer.alloc(0),
  body: {},
  model: 'mcp',
  stream: false,
  includeUsage: false,
  endUser: null,
};

/** LiteLLM's headers. */
const wantedBy = (headers: FastifyRequest['headers']): string | undefined =>
  [headers['x-mcp-servers'], headers['x-mcp-access-groups']]
    .flat()
    .filter((names) => names !== undefined)
    .join(',') || undefined;

function narrowed(
  permitted: ReadonlyMap<string, PermittedServer>,
  named: string | undefined,
): ReadonlyMap<string, PermittedServer> {
  if (named === undefined) return permitted;
  const wanted = new Set(named.split(',').map((name) => name.trim()));
  const chosen = [...permitted].filter(
    ([name, { server }]) => wanted.has(name) || server.accessGroups.some((group) => wanted.has(group)),
  );
  if (chosen.length > 0) return new Map(chosen);
  throw new GatewayError('not_found', `There is no MCP server ${named}, or this key may not use it.`);
}
