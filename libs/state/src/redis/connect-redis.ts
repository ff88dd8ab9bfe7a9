import type { RedisStateOptions } from '../redis-state.js';
import type { State } from '../state.js';

/** The state in Redis. Its client is loaded here and not before: a process that runs alone has no use for it. */
export async function connectRedis(options: RedisStateOptions): Promise<State> {
  const { RedisState } = await import('../redis-state.js');
  return RedisState.connect(options);
}
