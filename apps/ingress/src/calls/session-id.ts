import type { IncomingHttpHeaders } from 'node:http';
import { invalid } from './request-fields.js';

type Body = Readonly<Record<string, unknown>>;

const MAX_LENGTH = 256;

/** Between the account and the session in the `metadata.user_id` that Claude Code sends. */
const CLAUDE_CODE_SESSION = '_session_';

/**
 * The conversation that a call belongs to: `x-litellm-session-id`, body `litellm_session_id`, `metadata.session_id`,
 * `x-litellm-trace-id`, or what agents send. Throws `invalid_request` for one of the first two that is no id.
 */
export function readSessionId(headers: IncomingHttpHeaders, body: Body): string | undefined {
  const named =
    idOf(headers['x-litellm-session-id'], 'x-litellm-session-id') ??
    idOf(body['litellm_session_id'], 'litellm_session_id');
  if (named !== undefined) return named;
  const metadata = body['metadata'] as Body | null | undefined;
  // `metadata` is the caller's own to fill: what is no id there is something else.
  return (
    usable(metadata?.['session_id']) ??
    usable(headers['x-litellm-trace-id']) ??
    usable(headers['x-session-id']) ??
    usable(headers['x-claude-code-session-id']) ??
    claudeCodeSession(metadata?.['user_id'])
  );
}

function idOf(value: unknown, param: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const id = usable(value);
  if (id === undefined)
    throw invalid(param, `'${param}' must be a string of at most ${MAX_LENGTH} characters`);
  return id;
}

const usable = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= MAX_LENGTH ? value : undefined;

function claudeCodeSession(userId: unknown): string | undefined {
  if (typeof userId !== 'string') return undefined;
  const at = userId.lastIndexOf(CLAUDE_CODE_SESSION);
  return at < 0 ? undefined : usable(userId.slice(at + CLAUDE_CODE_SESSION.length));
}
