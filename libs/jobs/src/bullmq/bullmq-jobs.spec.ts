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

  it('closes in bounded time, and leaves the job that just ended for another process', async () => {
    const server = await startRedis();
    const jobs = new BullMqJobs({ redisUrl: server.url, prefix: 'away' });
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const began = new Promise<void>((resolve) => {
      jobs.handle('long', () => {
        resolve();
        return ended;
      });
    });
    await jobs.start();
    await jobs.enqueue('long', null);
    await began;
    await server.kill();
    const started = Date.now();
    const closed = jobs.close();
    end();
    await closed;
    expect(Date.now() - started).toBeLessThan(4_000);
    await jobs.close();
    await server.stop();
  });
});
