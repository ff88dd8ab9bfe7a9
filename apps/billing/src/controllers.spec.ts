import { jest } from '@jest/globals';
import type { Bus } from '@tollgate/bus';
import { GatewayError, NO_USAGE, keyChanged, type UsageEvent } from '@tollgate/contracts';
import { metricsText } from '@tollgate/observability';
import type { Jobs } from '@tollgate/jobs';
import type { Alarm } from './alerts/sources/alarm.js';
import type { LedgerNews } from './alerts/sources/ledger-news.js';
import { ExpiredKeysJob } from './jobs/expired-keys.job.js';
import { ScheduledJobs } from './jobs/scheduled-jobs.js';
import type { KeyAdmin } from './keys/key-admin.js';
import { KeyController } from './keys/key.controller.js';
import type { KeyStore } from './keys/key-store.js';
import type { Recorded } from './ledger/recorded.js';
import { UsageController } from './ledger/usage.controller.js';
import type { UsageIntake } from './ledger/usage-intake.js';

const withCode = (code: string): Error => Object.assign(new Error(`failed with ${code}`), { code });

const event = (id: string): UsageEvent => ({ id, usage: NO_USAGE }) as UsageEvent;

const stored: Recorded = { inserted: 1, superseded: 0, duplicate: 0, byProvider: [] };

describe('UsageController', () => {
  const recorded = jest.fn<LedgerNews['recorded']>();
  const batchFailed = jest.fn<Alarm['batchFailed']>();
  const usageRefused = jest.fn<Alarm['usageRefused']>();
  const controllerOf = (record: UsageIntake['record']): UsageController =>
    new UsageController(
      { record } as unknown as UsageIntake,
      { recorded } as unknown as LedgerNews,
      { batchFailed, usageRefused } as unknown as Alarm,
    );
  beforeEach(() => jest.clearAllMocks());

  it('rejects the batch when the database is away, so that the bus brings it again', async () => {
    const record = jest.fn<UsageIntake['record']>().mockRejectedValue(withCode('ECONNREFUSED'));
    await expect(controllerOf(record).record([event('a'), event('b')])).rejects.toThrow('ECONNREFUSED');
    expect(record).toHaveBeenCalledTimes(1);
    expect(batchFailed.mock.calls).toEqual([[expect.any(Error), true]]);
    expect(recorded).not.toHaveBeenCalled();
  });

  it('stores the others when one event can never be stored', async () => {
    const record = jest.fn<UsageIntake['record']>(async (events) => {
      if (events.some(({ id }) => id === 'bad')) throw withCode('23514');
      return stored;
    });
    await controllerOf(record).record([event('a'), event('bad'), event('b')]);
    expect(record.mock.calls.map(([events]) => events.map(({ id }) => id))).toEqual([
      ['a', 'bad', 'b'],
      ['a'],
      ['bad'],
      ['b'],
    ]);
    expect(recorded.mock.calls.flat(2).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(usageRefused).toHaveBeenCalledTimes(1);
    expect(await metricsText()).toContain('tollgate_ledger_rows_total{result="refused"} 1');
  });

  it('counts usage without a price', async () => {
    const byProvider = [{ provider: 'ollama', spendNanos: 0, unpriced: 2 }];
    await controllerOf(async () => ({ ...stored, byProvider })).record([event('c')]);
    expect(await metricsText()).toContain('tollgate_unpriced_usage_total{provider="ollama"} 2');
  });
});

describe('KeyController', () => {
  it('answers when to come back while the database is away', async () => {
    const keys = { find: () => Promise.reject(withCode('57P03')) };
    const controller = new KeyController(keys as unknown as KeyStore, {} as KeyAdmin);
    const error = await controller.find({ hash: 'any' }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code: 'service_unavailable', options: { retryAfterMs: 1_000 } });
  });
});

describe('ScheduledJobs', () => {
  it('purges keys that expired 30 days ago, every hour, and tells every ingress', async () => {
    const handlers = new Map<string, (data: unknown) => Promise<void>>();
    const repeat = jest.fn<Jobs['repeat']>().mockResolvedValue(undefined);
    const jobs = {
      handle: (name: string, handler: () => Promise<void>) => handlers.set(name, handler),
      start: async () => undefined,
      repeat,
    };
    const publish = jest.fn<Bus['publish']>();
    const deleteExpired = jest.fn<KeyStore['deleteExpired']>().mockResolvedValue(['old']);
    const forgetDeleted = jest.fn<KeyStore['forgetDeleted']>().mockResolvedValue(undefined);
    const keys = { deleteExpired, forgetDeleted } as unknown as KeyStore;
    const purge = new ExpiredKeysJob({ publish } as unknown as Bus, keys);
    await new ScheduledJobs(jobs as unknown as Jobs, [purge]).onApplicationBootstrap();
    expect(repeat.mock.calls).toEqual([['keys.purge-expired', 3_600_000]]);
    await handlers.get('keys.purge-expired')?.(null);
    const [before = 0] = deleteExpired.mock.calls[0] ?? [];
    expect(Date.now() - before - 30 * 86_400_000).toBeLessThan(60_000);
    expect(Date.now() - before).toBeGreaterThanOrEqual(30 * 86_400_000);
    expect(publish.mock.calls).toEqual([[keyChanged, { hash: 'old' }]]);
    const [deletedBefore = 0] = forgetDeleted.mock.calls[0] ?? [];
    expect(Date.now() - deletedBefore).toBeGreaterThanOrEqual(90 * 86_400_000);
  });
});
