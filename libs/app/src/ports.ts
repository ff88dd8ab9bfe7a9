import { join } from 'node:path';
import { InProcessBus, connectNats, type Bus } from '@tollgate/bus';
import type { Environment } from '@tollgate/config';
import { MemoryState, connectRedis, type State } from '@tollgate/state';

/** Opens the adapters that the process's mode asks for. */
export async function openPorts(name: string, environment: Environment): Promise<{ bus: Bus; state: State }> {
  const dataDirectory = join(environment.dataDirectory, 'outbox');
  if (environment.natsUrl === null)
    return { bus: await InProcessBus.open({ dataDirectory }), state: new MemoryState() };
  const state = await connectRedis({
    url: environment.redisUrl ?? '',
    commandTimeoutMs: environment.redisTimeoutMs,
  });
  return { bus: await connectNats({ url: environment.natsUrl, dataDirectory, name }), state };
}
