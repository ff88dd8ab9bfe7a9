export { createLogger, setLogLevel, type Logger } from './logger.js';
export { METRICS_CONTENT_TYPE, counter, gauge, histogram, metricsText, tally } from './metrics.js';
export { nestLogger } from './nest-logger.js';
