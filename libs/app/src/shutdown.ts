import { createLogger } from '@tollgate/observability';

const logger = createLogger('app');

/** What a drain may take beyond the grace of running streams: flushing usage, closing ports. */
const CLOSING_MS = 5_000;

/** SIGTERM or SIGINT: drain, then exit 0. A drain that hangs ends in exit 1; a second signal ends at once. */
export function onSignal(app: { close(): Promise<void> }, drainMs: number): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ event: 'app.draining', signal }, 'draining');
    setTimeout(() => {
      logger.error({ event: 'app.drain-expired' }, 'drain took too long');
      process.exit(1);
    }, drainMs + CLOSING_MS).unref();
    app.close().then(
      () => process.exit(0),
      (cause: unknown) => {
        logger.error({ event: 'app.close-failed', err: cause }, 'close failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
