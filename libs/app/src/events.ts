import type { StoredModel } from '@tollgate/contracts';
import { counter, createLogger, gauge } from '@tollgate/observability';

const logger = createLogger('config');

const reloads = counter('tollgate_config_reloads_total', 'Reloads of the config file.', ['result']);
const models = gauge('tollgate_stored_models', 'Models added through the API, by what became of them here.', [
  'state',
]);

export function configWarned(file: string, warning: string): void {
  logger.warn({ event: 'config.warning', file }, warning);
}

export function configReloaded(file: string, deployments: number): void {
  reloads.inc({ result: 'ok' });
  logger.info({ event: 'config.reloaded', file, deployments }, 'the config file was read again');
}

/** The config that held goes on. */
export function configReloadFailed(file: string, problems: readonly string[]): void {
  reloads.inc({ result: 'failed' });
  const count = problems.length;
  logger.error(
    { event: 'config.reload-failed', file, count },
    'the config file is broken: the old one holds',
  );
  for (const problem of problems) logger.error({ event: 'config.problem', file }, problem);
}

export function restartNeeded(file: string, settings: readonly string[]): void {
  const text = `${settings.join(', ')} changed in the config file: restart for it to hold`;
  logger.warn({ event: 'config.restart-needed', file, settings }, text);
}

/** Some part of the process does not get along with the new config. */
export function followerFailed(cause: unknown): void {
  logger.error(
    { event: 'config.follower-failed', err: cause },
    'a part of this process refused the new config',
  );
}

export function storedModelsCounted(served: number, leftOut: number): void {
  models.set({ state: 'served' }, served);
  models.set({ state: 'left_out' }, leftOut);
}

export function storedModelLeftOut({ id, name }: StoredModel, reason: string): void {
  logger.error({ event: 'model.left-out', id, model: name, reason }, 'a stored model cannot be served');
}

export function storedModelsUnread(cause: unknown): void {
  const reason = cause instanceof Error ? cause.message : String(cause);
  logger.warn(
    { event: 'models.unread', reason },
    'the stored models cannot be read: what is known of them holds',
  );
}

export function storedModelsRead(count: number): void {
  logger.info({ event: 'models.read', count }, 'the stored models were read');
}
