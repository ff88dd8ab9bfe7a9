import { McpLists } from './mcp-lists.js';
import { McpRequests } from './mcp-requests.js';
import { McpRestController } from './mcp-rest.controller.js';
import { McpVisits } from './mcp-visits.js';
import { McpController } from './mcp.controller.js';
import { McpService } from './mcp.service.js';
import { OpenToolCalls } from './open-tool-calls.js';
import { ToolCalls } from './tool-calls.js';

/** The gateway to MCP servers. */
export const MCP_CONTROLLERS = [McpController, McpRestController] as const;

export const MCP_PROVIDERS = [
  McpLists,
  McpRequests,
  McpService,
  McpVisits,
  OpenToolCalls,
  ToolCalls,
] as const;
