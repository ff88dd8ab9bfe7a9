import { pino, type Logger, type LoggerOptions } from 'pino';
import { redactLine } from './redact-line.js';

export type { Logger } from 'pino';

export const LOGGER_OPTIONS: LoggerOptions = {
  level: 'info',
  base: {},
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  // A last net: no credential is ever printed, whoever logs it.
  hooks: { streamWrite: redactLine },
};

const root = pino(LOGGER_OPTIONS);

/** JSON lines on stdout, one logger a component. Log as `logger.info({ event: 'call.failed', callId }, 'text')`. */
export function createLogger(name: string): Logger {
  const child = root.child({ name });
  children.push(child);
  return child;
}

const children: Logger[] = [];

/** Sets the level of every logger of the process: `silent`, `error`, `warn`, `info`, `debug`. */
export function setLogLevel(level: string): void {
  root.level = level;
  for (const child of children) child.level = level;
}
