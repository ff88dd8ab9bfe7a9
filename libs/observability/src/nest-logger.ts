import type { LoggerService } from '@nestjs/common';
import { createLogger } from './logger.js';

/** What Nest logs with these names it also throws, and whoever catches it tells it. */
const THROWN_AS_WELL: ReadonlySet<unknown> = new Set(['ExceptionHandler', 'NestApplication']);

/** Nest's own messages as JSON lines: its chatter at debug, what needs a look at warn and error. */
export function nestLogger(): LoggerService {
  const logger = createLogger('nest');
  return {
    log: (message: unknown) => {
      logger.debug({ event: 'nest.log' }, String(message));
    },
    warn: (message: unknown) => {
      logger.warn({ event: 'nest.warn' }, String(message));
    },
    error: (message: unknown, stack?: unknown, context?: unknown) => {
      if (THROWN_AS_WELL.has(context)) return;
      logger.error({ event: 'nest.error', stack }, String(message));
    },
    debug: (message: unknown) => {
      logger.trace({ event: 'nest.debug' }, String(message));
    },
  };
}
