import type { ErrorCode } from '@tollgate/contracts';
import { counter, createLogger, histogram } from '@tollgate/observability';

const log = createLogger('worker');

const requests = counter(
  'tollgate_worker_mcp_requests_total',
  'Requests to MCP servers by server and result',
  ['server', 'result'],
);
const latency = histogram('tollgate_worker_mcp_request_seconds', 'Duration of requests to MCP servers', [
  'server',
]);

/** `server` is a name of the config, so that labels stay few; `code` null: it answered. */
export function mcpFinished(server: string, code: ErrorCode | null, elapsedMs: number): void {
  requests.inc({ server, result: code ?? 'ok' });
  if (code === null) latency.observe({ server }, elapsedMs / 1_000);
  else log.info({ event: 'mcp.failed', server, code }, 'a request to an MCP server failed');
}
