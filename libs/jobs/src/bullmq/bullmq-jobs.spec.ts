import { describeWithServers, startRedis } from '@tollgate/testing';
import { BullMqJobs } from './bullmq-jobs.js';

describeWithServers('BullMqJobs without Redis', () => {
  it('fails to enqueue in bounded time, and runs jobs again when Redis is back', async () => {
    const server = await startRedis();
    const jobs = new BullMqJobs({ redisUrl: server.url, prefix: 'away' });
    const ran = new Promise<unknown>((resolve) => {
      jobs.handle('after', async (data) => resolve(data));
    });
    await jobs.start();
    await server.kill();
    const started = Date.now();
    await expect(jobs.enqueue('after', 1)).rejects.toThrow();
    expect(Date.now() - started).toBeLessThan(8_000);
    await server.restart();
    await jobs.enqueue('after', 2);
    expect(await ran).toBe(2);
    await jobs.close();
    await server.stop();
  });
});
