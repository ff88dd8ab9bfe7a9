import type { Bus } from '@tollgate/bus';
import { GatewayError, findKey } from '@tollgate/contracts';
import { FakeBus, keyRecordOf, foundKey } from '../_harness.js';
import type { Caller } from './caller.js';
import { KeyCache } from './key-cache.js';

const HASH = keyRecordOf().hash;
let bus: FakeBus;
let now: number;
let cache: KeyCache;

const away = (): never => {
  throw new GatewayError('service_unavailable', 'nobody listens');
};
const serve = (alias: string): void => bus.reply(findKey, () => foundKey({ alias }));
const find = async (): Promise<Caller | null> => cache.find(HASH);

beforeEach(() => {
  bus = new FakeBus();
  now = 1_000_000;
  cache = new KeyCache(bus as unknown as Bus, { ttlMs: () => 60_000, now: () => now });
});

describe('KeyCache', () => {
  it('answers a known key without a promise', async () => {
    serve('first');
    await find();
    expect(cache.find(HASH)).not.toBeInstanceOf(Promise);
  });

  it('asks once however many calls wait', async () => {
    serve('first');
    await Promise.all([find(), find(), find()]);
    expect(bus.asked).toHaveLength(1);
  });

  it('asks again after the time to live', async () => {
    serve('first');
    await find();
    serve('second');
    now += 60_001;
    expect((await find())?.key?.alias).toBe('second');
  });

  it('serves a stale record for ten minutes while billing is away, asking now and then', async () => {
    serve('first');
    await find();
    bus.reply(findKey, away);
    now += 60_001;
    expect((await find())?.key?.alias).toBe('first');
    await find();
    expect(bus.asked).toHaveLength(2);
    now += 599_000;
    expect((await find())?.key?.alias).toBe('first');
    now += 3_000;
    await expect(find()).rejects.toMatchObject({ code: 'service_unavailable' });
  });

  it('forgets an unknown key after a second', async () => {
    bus.reply(findKey, () => null);
    expect(await find()).toBeNull();
    serve('created');
    expect(await find()).toBeNull();
    now += 1_001;
    expect((await find())?.key?.alias).toBe('created');
  });

  it('does not keep an answer that a change overtook', async () => {
    let release: () => void = () => undefined;
    bus.reply(findKey, async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return foundKey({ alias: 'revoked' });
    });
    const early = find();
    await new Promise(setImmediate);
    cache.drop(HASH);
    release();
    await early;
    bus.reply(findKey, () => null);
    expect(await find()).toBeNull();
  });

  it('asks again for everything once news may have been missed', async () => {
    serve('first');
    await find();
    now += 1;
    cache.distrust();
    serve('second');
    expect((await find())?.key?.alias).toBe('second');
    expect((await find())?.key?.alias).toBe('second');
    expect(bus.asked).toHaveLength(2);
  });

  it('does not let made-up keys push out real ones', async () => {
    const small = new KeyCache(bus as unknown as Bus, { ttlMs: () => 60_000, now: () => now, capacity: 2 });
    serve('real');
    await small.find(HASH);
    bus.reply(findKey, () => null);
    for (const made of ['a', 'b', 'c', 'd']) await small.find(made);
    expect(small.find(HASH)).not.toBeInstanceOf(Promise);
  });
});
