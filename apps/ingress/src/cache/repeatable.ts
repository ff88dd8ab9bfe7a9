import type { CallRequest } from '../calls/call-request.js';
import type { Json } from '../calls/request-rules.js';

/** Longer requests are hardly ever sent twice, and cost time to compare. */
const MAX_BYTES = 1024 * 1024;

/** What a provider does beside answering: it looks around, keeps something, or goes on from what it kept. */
const DOINGS = [
  ...['web_search_options', 'search_parameters', 'mcp_servers', 'container', 'plugins'],
  ...['previous_response_id', 'conversation', 'prompt', 'background'],
] as const;

/** Tools that the caller runs itself. */
const CALLERS_TOOLS: ReadonlySet<unknown> = new Set(['function', 'custom']);
const DECLARATIONS: ReadonlySet<string> = new Set(['functionDeclarations', 'function_declarations']);

/**
 * Whether an answer to a request stands for the next one to the same: not of a request whose provider searches, runs tools of its own
 * or keeps what is said. `isWanted`: its caller knows better.
 */
export function isRepeatable(
  { native, contentType, bytes, body, dialect }: CallRequest,
  isWanted: boolean,
): boolean {
  if (native !== undefined || contentType !== undefined || bytes.length > MAX_BYTES) return false;
  if (Object.keys(body).some((name) => name.startsWith('mock_'))) return false;
  if (isWanted) return true;
  // The prompt of a text completion is what is asked; elsewhere it is one that the provider keeps.
  const doings = DOINGS.filter((name) => name !== 'prompt' || dialect === 'openai-responses');
  if (body['store'] === true || doings.some((name) => isThere(body[name]))) return false;
  const { tools } = body;
  return !Array.isArray(tools) || tools.every(isCallers);
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== false;

function isCallers(tool: unknown): boolean {
  if (typeof tool !== 'object' || tool === null) return false;
  const { type, name } = tool as Json;
  if (type !== undefined) return CALLERS_TOOLS.has(type);
  return typeof name === 'string' || Object.keys(tool).every((key) => DECLARATIONS.has(key));
}
