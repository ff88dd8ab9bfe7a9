import { types } from 'node:util';
import { GatewayError } from '@tollgate/contracts';

const RETRY_AFTER_MS = 1_000;

const NETWORK_CODES = new Set(
  'ECONNREFUSED ECONNRESET ENOENT EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN'.split(' '),
);

/** SQLSTATEs of a server that is going away, coming up, full or cut off by our own statement timeout. */
const AWAY_STATES = /^(08...|57P0[1-5]|53...|57014|25P03)$/;

/** `pg`, its pool, and TypeORM (whose runner is released when its connection dies) tell these in words alone. */
const AWAY_MESSAGES =
  /Connection terminated|timeout expired|timeout exceeded when trying to connect|Query read timeout|not queryable|query runner was already released/;

/** True when a query failed because Postgres cannot be reached or cannot serve now; the same query may work later. */
export function isDatabaseAway(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === 'string' && (NETWORK_CODES.has(code) || AWAY_STATES.test(code))) return true;
  if (AWAY_MESSAGES.test(error.message)) return true;
  // A host name with several addresses fails with an error for each.
  return Array.isArray(errors) && errors.some(isDatabaseAway);
}

/** Runs database work; Postgres being away becomes `service_unavailable`, anything else is thrown on as it is. */
export async function guardDatabase<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
    throw new GatewayError('service_unavailable', 'The database is not available. Try again shortly.', {
      cause: error,
      retryAfterMs: RETRY_AFTER_MS,
    });
  }
}

/** The name of the unique constraint or index that a failed insert ran into; undefined for any other error. */
export function violatedConstraint(error: unknown): string | undefined {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '23505' && typeof constraint === 'string' ? constraint : undefined;
}
