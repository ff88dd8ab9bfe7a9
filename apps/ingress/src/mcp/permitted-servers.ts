import { offersTool, type McpServer } from '@tollgate/config';
import type { ObjectPermission } from '@tollgate/contracts';

/** A server that a caller may use, and which of its tools. */
export interface PermittedServer {
  readonly server: McpServer;
  allows(tool: string): boolean;
}

/** What binds a caller: of its key and of its team; null: it says nothing of MCP. */
export interface Permissions {
  readonly isAdmin: boolean;
  readonly key: ObjectPermission | null;
  readonly team: ObjectPermission | null;
}

/**
 * By name. Without permission there are only the servers that are for all keys; a key without one of its own has its team's, and one
 * with its own has no more than its team's.
 */
export function permittedServers(
  servers: Iterable<McpServer>,
  { isAdmin, key, team }: Permissions,
): Map<string, PermittedServer> {
  const grants = [key, team].filter((permission) => permission !== null && names(permission));
  const permitted = new Map<string, PermittedServer>();
  for (const server of servers) {
    const granted = grants.length > 0 && grants.every((grant) => covers(grant, server));
    if (!isAdmin && !server.allowAllKeys && !granted) continue;
    const allows = (tool: string): boolean =>
      offersTool(server, tool) && (isAdmin || grants.every((grant) => coversTool(grant, server, tool)));
    permitted.set(server.name, { server, allows });
  }
  return permitted;
}

type Grant = ObjectPermission | null;

/** Whether it says anything: an empty permission is none, as in LiteLLM. */
const names = (permission: ObjectPermission): boolean =>
  (permission.mcp_servers?.length ?? 0) > 0 ||
  (permission.mcp_access_groups?.length ?? 0) > 0 ||
  Object.keys(permission.mcp_tool_permissions ?? {}).length > 0;

const toolsOf = (grant: Grant, { name }: McpServer): readonly string[] | undefined => {
  const byServer = grant?.mcp_tool_permissions ?? {};
  return Object.hasOwn(byServer, name) ? byServer[name] : undefined;
};

const covers = (grant: Grant, server: McpServer): boolean =>
  grant?.mcp_servers?.includes(server.name) === true ||
  server.accessGroups.some((group) => grant?.mcp_access_groups?.includes(group)) ||
  toolsOf(grant, server) !== undefined;

/** Tools may be named with the prefix of their server. */
function coversTool(grant: Grant, server: McpServer, tool: string): boolean {
  const tools = toolsOf(grant, server);
  return tools === undefined || tools.includes(tool) || tools.includes(namespaced(server, tool));
}

/** The name under which callers know what a server calls so. */
export const namespaced = ({ name }: Pick<McpServer, 'name'>, tool: string): string => `${name}-${tool}`;
