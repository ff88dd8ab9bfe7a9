import { createLogger } from '@tollgate/observability';
import type { Logger } from 'typeorm';

const logger = createLogger('database');

/** TypeORM's own words as JSON lines instead of `console`. Queries are not logged: they hold what users sent. */
export const queryLogger: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: (message) => {
    logger.debug({ event: 'database.schema' }, message);
  },
  logMigration: (message) => {
    logger.info({ event: 'database.migration' }, message);
  },
  log: (level, message) => {
    const log = level === 'warn' ? logger.warn : logger.debug;
    log.call(logger, { event: 'database.log' }, String(message));
  },
};
