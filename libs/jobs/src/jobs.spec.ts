import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase, type Database } from '@tollgate/database';
import { describeWithServers, startPostgres, startRedis } from '@tollgate/testing';
import { BullMqJobs } from './bullmq/bullmq-jobs.js';
import type { Jobs } from './jobs.js';
import { JobTable1790000000001 } from './table/job-table.migration.js';
import { TableJobs } from './table/table-jobs.js';

const BACKOFF_MS = 40;

/** A server, and any number of processes' views of it. */
interface Place {
  jobs(): Jobs;
  stop(): Promise<void>;
}

const SCHEMA = { entities: [], migrations: [JobTable1790000000001] };

function onTable(database: Database, stop: () => Promise<void>): Place {
  return {
    jobs: () => new TableJobs({ dataSource: database.dataSource, backoffMs: BACKOFF_MS, pollMs: 50 }),
    stop: async () => {
      await database.close();
      await stop();
    },
  };
}

async function embedded(): Promise<Place> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tollgate-jobs-'));
  return onTable(await openDatabase({ dataDirectory }, SCHEMA), () => rm(dataDirectory, { recursive: true }));
}

async function postgres(): Promise<Place> {
  const server = await startPostgres();
  return onTable(await openDatabase({ url: server.url }, SCHEMA), () => server.stop());
}

async function redis(): Promise<Place> {
  const server = await startRedis();
  return {
    jobs: () => new BullMqJobs({ redisUrl: server.url, prefix: 'test', backoffMs: BACKOFF_MS }),
    stop: () => server.stop(),
  };
}

/** Collects what happened, and waits for it. */
class Journal<Entry> {
  readonly entries: Entry[] = [];
  private wake: () => void = () => undefined;

  add(entry: Entry): void {
    this.entries.push(entry);
    this.wake();
  }

  async reaches(count: number): Promise<Entry[]> {
    while (this.entries.length < count) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.entries;
  }
}

let sequence = 0;
const newName = (): string => `job-${(sequence += 1)}`;

function suite(open: () => Promise<Place>): void {
  let place: Place;
  let started: Jobs[];

  beforeAll(async () => {
    place = await open();
  }, 60_000);
  afterAll(() => place.stop());
  beforeEach(() => {
    started = [];
  });
  afterEach(async () => {
    await Promise.all(started.map((jobs) => jobs.close()));
  });

  const begin = async (prepare: (jobs: Jobs) => void): Promise<Jobs> => {
    const jobs = place.jobs();
    prepare(jobs);
    started.push(jobs);
    await jobs.start();
    return jobs;
  };

  it('runs a job with its data', async () => {
    const [name, journal] = [newName(), new Journal<unknown>()];
    const jobs = await begin((it) => it.handle(name, async (data) => journal.add(data)));
    await jobs.enqueue(name, { nested: ['ä', 1, null] });
    expect(await journal.reaches(1)).toEqual([{ nested: ['ä', 1, null] }]);
  });

  it('gives null to a handler whose job has no data', async () => {
    const [name, journal] = [newName(), new Journal<unknown>()];
    const jobs = await begin((it) => it.handle(name, async (data) => journal.add(data)));
    await jobs.enqueue(name, undefined);
    await jobs.repeat(name, 50);
    expect((await journal.reaches(3)).slice(0, 3)).toEqual([null, null, null]);
  });

  it('runs what was enqueued before anyone had started', async () => {
    const [name, journal] = [newName(), new Journal<unknown>()];
    const early = place.jobs();
    started.push(early);
    await early.enqueue(name, 7);
    await begin((it) => it.handle(name, async (data) => journal.add(data)));
    expect(await journal.reaches(1)).toEqual([7]);
  });

  it('drops a second job of an id that waits or runs, and takes it again once that is over', async () => {
    const [name, journal] = [newName(), new Journal<unknown>()];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const jobs = await begin((it) =>
      it.handle(name, async (data) => {
        journal.add(data);
        await held;
      }),
    );
    await jobs.enqueue(name, 'first', { id: 'same:id' });
    await journal.reaches(1);
    await jobs.enqueue(name, 'while it runs', { id: 'same:id' });
    await jobs.enqueue(name, 'other', { id: 'other:id' });
    await journal.reaches(2);
    release();
    // The id is free a moment after the handler's end.
    while (journal.entries.length < 3) {
      await jobs.enqueue(name, 'afterwards', { id: 'same:id' });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(journal.entries.slice(0, 3)).toEqual(['first', 'other', 'afterwards']);
  });

  it('tries again with growing waits, and gives up after the last try', async () => {
    const [name, journal] = [newName(), new Journal<number>()];
    const jobs = await begin((it) =>
      it.handle(name, async () => {
        journal.add(Date.now());
        throw new Error('no luck');
      }),
    );
    await jobs.enqueue(name, null, { attempts: 3 });
    const [first = 0, second = 0, third = 0] = await journal.reaches(3);
    expect(second - first).toBeGreaterThanOrEqual(BACKOFF_MS - 5);
    expect(third - second).toBeGreaterThanOrEqual(2 * BACKOFF_MS - 5);
    // A later job of another name has run: were there a fourth try, it would have come before.
    await jobs.enqueue(name, null, { attempts: 1, delayMs: 8 * BACKOFF_MS });
    await journal.reaches(4);
    expect(journal.entries).toHaveLength(4);
  });

  it('waits for a delay', async () => {
    const [name, journal] = [newName(), new Journal<number>()];
    const jobs = await begin((it) => it.handle(name, async () => journal.add(Date.now())));
    const before = Date.now();
    await jobs.enqueue(name, null, { delayMs: 120 });
    const [ran = 0] = await journal.reaches(1);
    expect(ran - before).toBeGreaterThanOrEqual(115);
  });

  it('repeats a job on one replica at a time, at the latest interval', async () => {
    const [name, journal] = [newName(), new Journal<number>()];
    const prepare = (it: Jobs): void => it.handle(name, async () => journal.add(Date.now()));
    const [one, other] = [await begin(prepare), await begin(prepare)];
    await one.repeat(name, 3_600_000);
    await Promise.all([one.repeat(name, 100), other.repeat(name, 100)]);
    const times = await journal.reaches(4);
    expect((times[3] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(150);
  });

  it('keeps a new interval whose first rounds come late', async () => {
    const [name, journal] = [newName(), new Journal<number>()];
    const early = place.jobs();
    started.push(early);
    // Long, so that a remainder of it would be seen.
    await early.repeat(name, 30 * 24 * 3_600_000);
    await early.repeat(name, 20);
    await delay(80);
    await begin((it) => it.handle(name, async () => journal.add(Date.now())));
    const [first = 0, , third = 0] = await journal.reaches(3);
    expect(third - first).toBeLessThan(5_000);
  });

  it('lets a running job finish before it closes', async () => {
    const [name, journal] = [newName(), new Journal<string>()];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const jobs = await begin((it) =>
      it.handle(name, async () => {
        journal.add('began');
        await held;
        journal.add('ended');
      }),
    );
    await jobs.enqueue(name, null);
    await journal.reaches(1);
    const closed = jobs.close().then(() => journal.add('closed'));
    release();
    await closed;
    expect(journal.entries).toEqual(['began', 'ended', 'closed']);
  });
}

describe('TableJobs on PGlite', () => {
  suite(embedded);
});

describeWithServers('TableJobs on PostgreSQL', () => {
  suite(postgres);
});

describeWithServers('BullMqJobs', () => {
  suite(redis);
});
