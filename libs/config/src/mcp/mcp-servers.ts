import type { Setting } from '../setting-value.js';

/** A server of the Model Context Protocol. */
export interface McpServer {
  /** Tools are called `{name}-{tool}`. */
  readonly name: string;
  /** Credentials in it are a reference too. */
  readonly url: Setting;
  readonly transport: 'http' | 'sse';
  readonly authType: McpAuthType;
  readonly authValue: Setting | null;
  readonly staticHeaders: Readonly<Record<string, Setting>>;
  /** Names of the client's headers that the server gets, lower case. */
  readonly extraHeaders: readonly string[];
  /** null: all. */
  readonly allowedTools: ReadonlySet<string> | null;
  readonly disallowedTools: ReadonlySet<string>;
  readonly accessGroups: readonly string[];
  /** Every key may use it. */
  readonly allowAllKeys: boolean;
  readonly timeoutMs: number;
  /** Nano-dollars for a call. */
  readonly costNanos: number;
  readonly toolCostNanos: ReadonlyMap<string, number>;
  /** `mcp_info`, as it is shown. */
  readonly info: Readonly<Record<string, string>>;
}

export const MCP_AUTH_TYPES = ['none', 'bearer_token', 'api_key', 'basic', 'authorization'] as const;
type McpAuthType = (typeof MCP_AUTH_TYPES)[number];

/** Whether there is such a tool for anybody. */
export const offersTool = (
  { allowedTools, disallowedTools }: Pick<McpServer, 'allowedTools' | 'disallowedTools'>,
  tool: string,
): boolean => (allowedTools?.has(tool) ?? true) && !disallowedTools.has(tool);

/** Nano-dollars for a call of a tool. */
export const toolCost = (
  { toolCostNanos, costNanos }: Pick<McpServer, 'toolCostNanos' | 'costNanos'>,
  tool: string,
): number => toolCostNanos.get(tool) ?? costNanos;
