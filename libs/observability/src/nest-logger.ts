import type { LoggerService } from '@nestjs/common';
import { createLogger } from './logger.js';

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
    error: (message: unknown, stack?: unknown) => {
      logger.error({ event: 'nest.error', stack }, String(message));
    },
    debug: (message: unknown) => {
      logger.trace({ event: 'nest.debug' }, String(message));
    },
  };
}
