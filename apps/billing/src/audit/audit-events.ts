import type { Alert } from '@tollgate/contracts';
import { createLogger } from '@tollgate/observability';

const logger = createLogger('billing');

/** An alert that could not be handed to the bus. */
export function alertLost({ id, type, message }: Alert, cause: unknown): void {
  const reason = cause instanceof Error ? cause.message : String(cause);
  logger.error({ event: 'alert.lost', id, type, reason }, message);
}
