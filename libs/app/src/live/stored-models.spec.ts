import { jest } from '@jest/globals';
import type { Bus } from '@tollgate/bus';
import { demoConfig, LiveConfig, LiveVariables } from '@tollgate/config';
import { GatewayError, type StoredModel } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { ConfigKeeper } from './config-keeper.js';
import { ModelEventsController } from './model-events.controller.js';
import { StoredModels } from './stored-models.js';

setLogLevel('silent');

const model = (id: string, updatedAt = 1): StoredModel => ({
  id,
  name: 'chat',
  params: { model: 'openai/gpt-4o' },
  info: {},
  createdBy: 'admin',
  updatedBy: 'admin',
  createdAt: 1,
  updatedAt,
});

/** A billing whose answers are the test's. */
class FakeBilling {
  models: StoredModel[] = [];
  version = 1;
  pageSize = 100;
  isAway = false;
  asked = 0;
  connected = true;
  /** Runs while a question is on its way. */
  meanwhile: () => void = () => undefined;

  readonly bus = {
    request: async (_contract: unknown, { after }: { after: string | null }) => {
      this.asked += 1;
      const { models, version } = this;
      await Promise.resolve();
      this.meanwhile();
      if (this.isAway) throw new GatewayError('service_unavailable', 'Nobody serves');
      const start = after === null ? 0 : models.findIndex(({ id }) => id === after) + 1;
      const page = models.slice(start, start + this.pageSize);
      const isLast = start + page.length >= models.length;
      return { models: page, version, next: isLast ? null : page.at(-1)!.id };
    },
    isConnected: () => this.connected,
  } as unknown as Bus;

  change(...models: StoredModel[]): void {
    this.models = models;
    this.version += 1;
  }
}

describe('StoredModels', () => {
  let billing: FakeBilling;
  let keeper: ConfigKeeper;
  let stored: StoredModels;

  beforeEach(() => {
    jest.useFakeTimers();
    billing = new FakeBilling();
    const config = demoConfig();
    keeper = new ConfigKeeper(config, new LiveConfig(config), new LiveVariables({}));
    stored = new StoredModels(billing.bus, keeper);
  });

  afterEach(() => {
    stored.onModuleDestroy();
    jest.useRealTimers();
  });

  const known = (): string[] => keeper.storedModels.map(({ id }) => id);

  it('are read at the start, page by page', async () => {
    billing.change(model('a'), model('b'), model('c'));
    billing.pageSize = 2;
    expect(stored.isReady()).toBe(false);
    stored.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(0);
    expect([known(), billing.asked, stored.isReady()]).toEqual([['a', 'b', 'c'], 2, true]);
  });

  it('are of one version, whatever changes between two pages', async () => {
    billing.change(model('a'), model('b'), model('c'));
    billing.pageSize = 2;
    billing.meanwhile = () => {
      billing.meanwhile = () => undefined;
      billing.change(model('a', 2), model('d'));
    };
    await stored.refresh();
    expect(known()).toEqual(['a', 'd']);
    expect(keeper.storedModels[0]?.updatedAt).toBe(2);
  });

  it('are awaited while billing is away, and the process is ready all the same', async () => {
    billing.isAway = true;
    stored.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(stored.isReady()).toBe(false);
    await jest.advanceTimersByTimeAsync(1_500);
    expect(stored.isReady()).toBe(true);
    billing.isAway = false;
    billing.change(model('a'));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(known()).toEqual(['a']);
  });

  it('are awaited from when the process is up, however long that took', async () => {
    await jest.advanceTimersByTimeAsync(10_000);
    billing.isAway = true;
    stored.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(stored.isReady()).toBe(false);
  });

  it('are kept when billing goes away', async () => {
    billing.change(model('a'));
    stored.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(0);
    billing.isAway = true;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(known()).toEqual(['a']);
  });

  it('are read again at once when billing tells of a change', async () => {
    stored.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(0);
    billing.change(model('a'));
    new ModelEventsController(stored).changed({ version: billing.version });
    await jest.advanceTimersByTimeAsync(0);
    expect(known()).toEqual(['a']);
  });

  it('are read once more when they change while they are read', async () => {
    billing.meanwhile = () => {
      billing.meanwhile = () => undefined;
      billing.change(model('late'));
      void stored.refresh();
    };
    await stored.refresh();
    expect(known()).toEqual(['late']);
    expect(billing.asked).toBe(2);
  });

  it('are read for many that ask at once a bounded number of times', async () => {
    billing.change(model('a'));
    await Promise.all(Array.from({ length: 100 }, () => stored.refresh()));
    expect(billing.asked).toBeLessThanOrEqual(2);
  });

  it('are read every half minute, in case that news was lost', async () => {
    stored.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(0);
    billing.change(model('a'));
    await jest.advanceTimersByTimeAsync(31_000);
    expect(known()).toEqual(['a']);
  });

  it('are read when the bus is back', async () => {
    stored.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(0);
    billing.connected = false;
    await jest.advanceTimersByTimeAsync(200);
    billing.change(model('a'));
    billing.connected = true;
    await jest.advanceTimersByTimeAsync(200);
    expect(known()).toEqual(['a']);
  });

  it('change nothing while they are the same', async () => {
    billing.change(model('a'));
    await stored.refresh();
    const before = keeper.live.current;
    await stored.refresh();
    expect(keeper.live.current).toBe(before);
  });

  it('are nobody’s business in a process that serves none', async () => {
    const none = new StoredModels(null, keeper);
    none.onApplicationBootstrap();
    await none.refresh();
    expect([none.isReady(), billing.asked]).toEqual([true, 0]);
  });
});
