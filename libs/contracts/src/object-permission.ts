import { z } from 'zod';

const names = z.array(z.string().min(1)).max(1_000);

/** Which MCP servers and which of their tools a key or a team may use, in LiteLLM's words. */
export const objectPermission = z.object({
  mcp_servers: names.nullish(),
  mcp_access_groups: names.nullish(),
  /** Server → the tools of it; a server that is named here is permitted. */
  mcp_tool_permissions: z.record(z.string(), names).nullish(),
});
export type ObjectPermission = z.infer<typeof objectPermission>;
