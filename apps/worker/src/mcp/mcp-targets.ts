import { Injectable } from '@nestjs/common';
import { LiveConfig, LiveVariables, resolveSetting, type McpServer } from '@tollgate/config';
import { GatewayError } from '@tollgate/contracts';
import { mcpTarget, type McpTarget } from '@tollgate/providers';

/** An MCP server of the config, and the way to it. */
export interface FoundServer {
  readonly server: McpServer;
  readonly target: McpTarget;
}

/** The MCP servers that hold now, their credentials resolved. */
@Injectable()
export class McpTargets {
  constructor(
    private readonly config: LiveConfig,
    private readonly variables: LiveVariables,
  ) {}

  /** @param forwarded headers of the client, of which the server gets those that it is configured for. Throws a GatewayError. */
  find(name: string, forwarded: Readonly<Record<string, string>>): FoundServer {
    const server = this.config.current.mcpServers.get(name);
    if (server === undefined)
      throw new GatewayError('deployment_unavailable', `This worker knows no MCP server ${name}`);
    const variables = this.variables.current;
    const { transport, authType, timeoutMs, extraHeaders } = server;
    const fixed = Object.entries(server.staticHeaders).flatMap(([header, setting]) => {
      const value = resolveSetting(setting, variables);
      return value === null ? [] : [[header, value] as const];
    });
    const passed = Object.entries(forwarded).filter(([header]) => extraHeaders.includes(header));
    const target = mcpTarget({
      ...{ name, transport, authType, timeoutMs },
      url: resolveSetting(server.url, variables) ?? '',
      authValue: resolveSetting(server.authValue, variables),
      headers: Object.fromEntries([...passed, ...fixed]),
    });
    return { server, target };
  }
}
