import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase, type Database } from '@tollgate/database';
import { metricsText } from '@tollgate/observability';
import { describeWithServers, startPostgres, startRedis } from '@tollgate/testing';
import type { DataSource } from 'typeorm';
import { BullMqJobs } from './bullmq/bullmq-jobs.js';
import type { FailedJob, Jobs } from './jobs.js';
import { FailedJobs1790000000008 } from './table/failed-jobs.migration.js';
import { JobTable1790000000001 } from './table/job-table.migration.js';
import { TableJobs } from './table/table-jobs.js';

const BACKOFF_MS = 40;

/** So short that the job of a process that died is soon run again. */
const SHORT_LEASE_MS = 500;

/** A server, and any number of processes' views of it. */
interface Place {
  jobs(leaseMs?: number): Jobs;
  /** A process that can die: nothing it does reaches the server any more. */
  mortal(): Promise<{ jobs: Jobs; die(): void }>;
  /** Forgets all jobs. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

const SCHEMA = { entities: [], migrations: [JobTable1790000000001, FailedJobs1790000000008] };

function onTable({ dataSource, close }: Database, stop: () => Promise<void>): Place {
  const options = { backoffMs: BACKOFF_MS, pollMs: 50 };
  return {
    jobs: (leaseMs = 30_000) => new TableJobs({ dataSource, leaseMs, ...options }),
    mortal: async () => {
      let alive = true;
      const query: DataSource['query'] = (...parameters) =>
        alive ? dataSource.query(...parameters) : Promise.reject(new Error('this process is dead'));
      return {
        jobs: new TableJobs({ dataSource: { query } as DataSource, leaseMs: SHORT_LEASE_MS, ...options }),
        die: () => {
          alive = false;
        },
      };
    },
    clear: async () => {
      await dataSource.query('truncate job, failed_job');
    },
    stop: async () => {
      await close();
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
  let cleared = 0;
  const open = (redisUrl: string, leaseMs: number): Jobs =>
    new BullMqJobs({ redisUrl, leaseMs, prefix: `test-${cleared}`, backoffMs: BACKOFF_MS });
  return {
    jobs: (leaseMs = 30_000) => open(server.url, leaseMs),
    mortal: async () => {
      const line = await startLine(server.port);
      return { jobs: open(line.url, SHORT_LEASE_MS), die: line.cut };
    },
    clear: async () => {
      cleared += 1;
    },
    stop: () => server.stop(),
  };
}

/** A way to a server that can be cut for good. */
async function startLine(port: number): Promise<{ url: string; cut(): void }> {
  const sockets = new Set<Socket>();
  const line = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
  });
  line.listen(0, '127.0.0.1');
  await once(line, 'listening');
  return {
    url: `redis://127.0.0.1:${(line.address() as AddressInfo).port}`,
    cut: () => {
      line.close();
      for (const socket of sockets) socket.destroy();
    },
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

/** A promise, and what resolves it. */
function gate(): [Promise<void>, () => void] {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return [opened, open];
}

async function failureOf(jobs: Jobs, name: string): Promise<FailedJob> {
  for (;;) {
    const found = (await jobs.failures()).find((failure) => failure.name === name);
    if (found) return found;
    await delay(10);
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
    await place.clear();
  });

  const begin = async (prepare: (jobs: Jobs) => void, leaseMs?: number): Promise<Jobs> => {
    const jobs = place.jobs(leaseMs);
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
    const [held, release] = gate();
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

  it('keeps what it gave up, newest first, with its data and the last reason', async () => {
    const [name, later] = [newName(), newName()];
    const jobs = await begin((it) => {
      for (const each of [name, later]) it.handle(each, () => Promise.reject(new Error(`no luck, ${each}`)));
    });
    const before = Date.now();
    await jobs.enqueue(name, { order: 7 }, { attempts: 1 });
    await failureOf(jobs, name);
    await jobs.enqueue(later, null, { attempts: 1 });
    await failureOf(jobs, later);
    const [second, first] = await jobs.failures();
    expect(second).toMatchObject({ name: later, data: null });
    expect(first).toMatchObject({ name, data: { order: 7 }, reason: `no luck, ${name}` });
    expect(first?.failedAt).toBeGreaterThanOrEqual(before);
    expect(second?.failedAt).toBeLessThanOrEqual(Date.now());
  });

  it('counts a try that ended in the death of its process, and gives up after the last', async () => {
    const [name, journal] = [newName(), new Journal<string>()];
    const [held, release] = gate();
    for (const life of ['first', 'second']) {
      const { jobs, die } = await place.mortal();
      started.push(jobs);
      jobs.handle(name, async () => {
        journal.add(life);
        await held;
      });
      await jobs.start();
      if (life === 'first') await jobs.enqueue(name, 'deadly', { id: 'of one job', attempts: 2 });
      await journal.reaches(life === 'first' ? 1 : 2);
      die();
      // Not awaited: it lets its handler finish, and that is held.
      void jobs.close();
    }
    const survivor = await begin(
      (it) => it.handle(name, async (data) => journal.add(String(data))),
      SHORT_LEASE_MS,
    );
    expect(await failureOf(survivor, name)).toMatchObject({
      data: 'deadly',
      reason: 'its process died in the last try',
    });
    expect(await metricsText()).toContain(`tollgate_job_runs_total{job="${name}",result="given-up"} 1`);
    await survivor.enqueue(name, 'its id is free', { id: 'of one job' });
    expect(await journal.reaches(3)).toEqual(['first', 'second', 'its id is free']);
    release();
  });

  it('runs a job whose process died again', async () => {
    const [name, journal] = [newName(), new Journal<string>()];
    const [held, release] = gate();
    const { jobs, die } = await place.mortal();
    started.push(jobs);
    jobs.handle(name, async () => {
      journal.add('died');
      await held;
    });
    await jobs.start();
    await jobs.enqueue(name, null);
    await journal.reaches(1);
    die();
    void jobs.close();
    await begin((it) => it.handle(name, async () => journal.add('ran')), SHORT_LEASE_MS);
    expect(await journal.reaches(2)).toEqual(['died', 'ran']);
    release();
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

  it('holds back a round while an earlier one runs, on any replica', async () => {
    const [name, other, journal] = [newName(), newName(), new Journal<string>()];
    const [held, release] = gate();
    const [soon, pass] = gate();
    const prepare = (it: Jobs): void => {
      it.handle(name, async () => {
        journal.add('began');
        await held;
        journal.add('ended');
      });
      it.handle(other, async () => pass());
    };
    const [one] = [await begin(prepare), await begin(prepare)];
    await one.repeat(name, 50);
    await journal.reaches(1);
    // Several intervals later.
    await one.enqueue(other, null, { delayMs: 300 });
    await soon;
    release();
    expect((await journal.reaches(4)).slice(0, 4)).toEqual(['began', 'ended', 'began', 'ended']);
  });

  it('runs a round again whose process died', async () => {
    const [name, journal] = [newName(), new Journal<string>()];
    const [held, release] = gate();
    const { jobs, die } = await place.mortal();
    started.push(jobs);
    jobs.handle(name, async () => {
      journal.add('died');
      await held;
    });
    await jobs.start();
    await jobs.repeat(name, 100);
    await journal.reaches(1);
    // No later round comes in the time of this test.
    await jobs.repeat(name, 3_600_000);
    die();
    void jobs.close();
    await begin((it) => it.handle(name, async () => journal.add('ran')), SHORT_LEASE_MS);
    expect(await journal.reaches(2)).toEqual(['died', 'ran']);
    release();
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
    const [held, release] = gate();
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
