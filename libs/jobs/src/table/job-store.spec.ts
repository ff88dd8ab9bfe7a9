import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '@tollgate/database';
import { FailedJobs1790000000008 } from './failed-jobs.migration.js';
import { JobStore } from './job-store.js';
import { JobTable1790000000001 } from './job-table.migration.js';

describe('JobStore', () => {
  let directory: string;
  let database: Database;
  let store: JobStore;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tollgate-job-store-'));
    database = await openDatabase(
      { dataDirectory: directory },
      { entities: [], migrations: [JobTable1790000000001, FailedJobs1790000000008] },
    );
    store = new JobStore(database.dataSource);
  }, 60_000);

  afterAll(async () => {
    await database.close();
    await rm(directory, { recursive: true });
  });

  it('gives a job to one claimer until the lease is over', async () => {
    await store.add({ name: 'leased', data: 1, runAt: 1_000, maxAttempts: 5 });
    expect(await store.claim(['leased'], 999, 100, 9)).toEqual([]);
    expect(await store.claim(['leased'], 1_000, 100, 9)).toMatchObject([{ data: 1, attempt: 1 }]);
    expect(await store.claim(['leased'], 1_099, 100, 9)).toEqual([]);
    expect(await store.nextTime(['leased'])).toBe(1_100);
    expect(await store.claim(['leased'], 1_100, 100, 9)).toMatchObject([{ data: 1, attempt: 2 }]);
  });

  it('ignores one that lost its lease', async () => {
    await store.add({ name: 'lost', data: null, runAt: 0, maxAttempts: 5 });
    const [stale] = await store.claim(['lost'], 0, 100, 1);
    const [fresh] = await store.claim(['lost'], 100, 100, 1);
    if (stale === undefined || fresh === undefined) throw new Error('not claimed');
    await store.remove(stale);
    await store.postpone(stale, 5_000);
    await store.endRound(stale, 5_000);
    await store.keepFailure(stale, 'stale', 5_000);
    await store.extend(stale, 5_000);
    expect(await store.nextTime(['lost'])).toBe(200);
    await store.remove(fresh);
    expect(await store.nextTime(['lost'])).toBeNull();
    expect(await store.failures()).toEqual([]);
  });

  it('keeps the latest failures, for a week', async () => {
    const fail = async (data: number, now: number): Promise<void> => {
      await store.add({ name: 'failing', data, runAt: 0, maxAttempts: 1 });
      const [job] = await store.claim(['failing'], now, 100, 1);
      if (job === undefined) throw new Error('not claimed');
      await store.keepFailure(job, 'no luck', now);
      await store.remove(job);
    };
    await fail(0, 1_000);
    await fail(1, 2_000);
    await fail(2, 1_500 + 7 * 86_400_000);
    expect((await store.failures()).map(({ data }) => data)).toEqual([2, 1]);
    await database.dataSource.query(
      `insert into failed_job (name, reason, failed_at) select 'other', '', 9e12 from generate_series(1, 1200)`,
    );
    await fail(3, 9e12);
    expect(await store.failures()).toHaveLength(1_000);
    expect((await store.failures())[0]).toEqual({
      name: 'failing',
      data: 3,
      reason: 'no luck',
      failedAt: 9e12,
    });
  });

  it('begins the next round at the interval that was set during this one', async () => {
    await store.schedule('changed', 1_000, 0, 5);
    const [round] = await store.claim(['changed'], 0, 100, 1);
    if (round === undefined) throw new Error('not claimed');
    await store.schedule('changed', 10, 10, 5);
    await store.endRound(round, 20);
    expect(await store.nextTime(['changed'])).toBe(30);
  });

  it('keeps the time of a schedule that is set again, and takes an earlier one of a new interval', async () => {
    await store.schedule('repeated', 500, 500, 5);
    await store.schedule('repeated', 500, 900, 5);
    expect(await store.nextTime(['repeated'])).toBe(500);
    await store.schedule('repeated', 100, 100, 5);
    expect(await store.nextTime(['repeated'])).toBe(100);
  });
});
