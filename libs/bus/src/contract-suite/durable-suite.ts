import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DurableContract } from '@tollgate/contracts';
import type { Bus } from '../bus.js';
import { handlers, itemStored, signal, type BusHarness, type Item } from './harness.js';

/** What a consumer got, and a way to wait for it. */
class Inbox {
  readonly items: Item[] = [];
  private waiting: { count: number; resolve: () => void }[] = [];

  readonly take = (events: readonly unknown[]): Promise<void> => {
    this.items.push(...(events as readonly Item[]));
    for (const waiter of this.waiting) if (this.ids.size >= waiter.count) waiter.resolve();
    return Promise.resolve();
  };

  get ids(): Set<string> {
    return new Set(this.items.map((item) => item.id));
  }

  until(count: number): Promise<void> {
    const { promise, resolve } = signal();
    if (this.ids.size >= count) resolve();
    this.waiting.push({ count, resolve });
    return promise;
  }
}

const item = (id: number | string, status = 'complete'): Item => ({ id: String(id), status });
const UNKNOWN = { status: 'unknown' };

/** Durable events: nothing is lost, whoever dies. */
export function durableSuite(harness: BusHarness): void {
  let root: string;
  let open: Bus[];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tollgate-bus-'));
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((bus) => bus.close()));
    rmSync(root, { recursive: true, force: true });
  });
  const openBus = async (folder = 'data'): Promise<Bus> => {
    const bus = await harness.openOne(join(root, folder));
    open.push(bus);
    return bus;
  };
  const consume = (bus: Bus, contract: DurableContract<Item>, take: Inbox['take']): Promise<void> =>
    bus.serve(handlers('billing', { durables: new Map([[contract.subject, take]]) }));
  /** The data as a `kill -9` at this moment would leave it, under the name of an owner that does not live. */
  const crash = (): string => {
    const crashed = join(root, `crashed-${String(open.length)}`);
    cpSync(join(root, 'data'), crashed, { recursive: true });
    for (const [index, owner] of readdirSync(join(crashed, 'outbox')).entries()) {
      const [host] = owner.split('~');
      renameSync(
        join(crashed, 'outbox', owner),
        join(crashed, 'outbox', `${host ?? ''}~4194305~1~${String(index)}`),
      );
    }
    return crashed.slice(root.length + 1);
  };

  it('delivers events in batches', async () => {
    const contract = itemStored();
    const bus = await openBus();
    const inbox = new Inbox();
    let batches = 0;
    await consume(bus, contract, (events) => {
      batches += 1;
      return inbox.take(events);
    });
    await Promise.all(Array.from({ length: 300 }, (_, index) => bus.record(contract, item(index))));
    await inbox.until(300);
    expect(inbox.items).toHaveLength(300);
    expect(inbox.items.map(({ id }) => Number(id))).toEqual(Array.from({ length: 300 }, (_, index) => index));
    expect(batches).toBeLessThan(10);
  });

  it('delivers again what its handler refuses', async () => {
    const contract = itemStored();
    const bus = await openBus();
    const inbox = new Inbox();
    let refusals = 2;
    await consume(bus, contract, (events) => {
      refusals -= 1;
      return refusals >= 0 ? Promise.reject(new Error('database is away')) : inbox.take(events);
    });
    await bus.record(contract, item(1));
    await bus.record(contract, item(2));
    await inbox.until(2);
    expect([...inbox.ids].toSorted()).toEqual(['1', '2']);
    expect(refusals).toBeLessThan(0);
  });

  it('keeps events for a consumer that comes later', async () => {
    const contract = itemStored();
    const bus = await openBus();
    await Promise.all([bus.record(contract, item(1)), bus.record(contract, item(2))]);
    const inbox = new Inbox();
    await consume(bus, contract, inbox.take);
    await inbox.until(2);
  });

  it('goes on after the consumer was restarted in the middle of a batch', async () => {
    const contract = itemStored();
    const first = await openBus();
    const begun = signal();
    await consume(first, contract, () => {
      begun.resolve();
      return Promise.reject(new Error('dies'));
    });
    await first.record(contract, item(1));
    await begun.promise;
    await first.close();
    const second = await openBus();
    const inbox = new Inbox();
    await consume(second, contract, inbox.take);
    await inbox.until(1);
  });

  it('delivers after a crash what was recorded, and not what was discarded', async () => {
    const contract = itemStored();
    const bus = await openBus();
    const kept = bus.draft(contract, { id: 'draft' }, UNKNOWN);
    kept.update({ status: 'partial' });
    const finished = bus.draft(contract, { id: 'committed' }, UNKNOWN);
    bus.draft(contract, { id: 'discarded' }, UNKNOWN).discard();
    await finished.commit({ status: 'complete' });
    const folder = crash();
    kept.discard();
    const inbox = new Inbox();
    await consume(await openBus(folder), contract, inbox.take);
    await inbox.until(2);
    const known = inbox.items.toSorted((left, right) => left.id.localeCompare(right.id));
    expect(new Set(known.map(({ id, status }) => `${id} ${status}`))).toEqual(
      new Set(['committed complete', 'draft partial']),
    );
  });

  it('delivers a draft only when it is committed, and as it then is', async () => {
    const contract = itemStored();
    const bus = await openBus();
    const inbox = new Inbox();
    await consume(bus, contract, inbox.take);
    const draft = bus.draft(contract, { id: 'draft' }, UNKNOWN);
    draft.update({ status: 'partial' });
    await bus.record(contract, item('other'));
    await inbox.until(1);
    expect(inbox.items).toEqual([item('other')]);
    await draft.commit({ status: 'complete' });
    await inbox.until(2);
    expect(inbox.items).toEqual([item('other'), item('draft', 'complete')]);
  });

  it('delivers a draft that was open when the bus was closed', async () => {
    const contract = itemStored();
    const first = await openBus();
    first.draft(contract, { id: 'draft' }, UNKNOWN);
    await first.close();
    const inbox = new Inbox();
    await consume(await openBus(), contract, inbox.take);
    await inbox.until(1);
    expect(inbox.items).toEqual([item('draft', 'unknown')]);
  });
}
