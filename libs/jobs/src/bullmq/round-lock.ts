import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/**
 * Names the round that runs. It runs for as long as BullMQ's lock of its job is there: renewed while the handler runs,
 * gone with the end of the try, and by itself when the process died.
 */
const TAKE = `
  local holder = redis.call('get', KEYS[1])
  if holder and holder ~= ARGV[1] and redis.call('exists', ARGV[2] .. holder .. ':lock') == 1 then return 0 end
  redis.call('set', KEYS[1], ARGV[1])
  return 1`;

/** False while another round of the same repeated job runs on any replica: BullMQ begins each at its time. */
export async function takeRound(redis: Redis, queue: Queue, { name, id = '' }: Job): Promise<boolean> {
  return (await redis.eval(TAKE, 1, queue.toKey(`round:${name}`), id, queue.toKey(''))) === 1;
}
