import { describeWithServers } from '@tollgate/testing';
import type { CallHandler } from '../bus.js';
import {
  END,
  GOOD,
  HEAD,
  ask,
  calls,
  codeOf,
  collect,
  handlers,
  inMs,
  itemStored,
  route,
  signal,
  text,
  type Item,
} from '../contract-suite/harness.js';
import { natsFixture } from './_nats-fixture.js';
import type { NatsBus } from './nats-bus.js';

/** Of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describeWithServers('NatsBus through a restart of NATS', () => {
  const { open, server } = natsFixture();
  const call = (bus: NatsBus): ReturnType<NatsBus['call']> =>
    bus.call(route, { name: 'a' }, text('body'), inMs(5000));

  it('gives an event to one of two replicas', async () => {
    const contract = itemStored();
    const got: string[][] = [[], []];
    const enough = signal();
    for (const [index, list] of got.entries()) {
      const take = (events: readonly unknown[]): Promise<void> => {
        list.push(...(events as Item[]).map(({ id }) => id));
        if (got.flat().length >= 200) enough.resolve();
        return Promise.resolve();
      };
      const replica = await open(`billing-${String(index)}`);
      await replica.serve(handlers('billing', { durables: new Map([[contract.subject, take]]) }));
    }
    const producer = await open('worker');
    for (let id = 0; id < 200; id += 1)
      await producer.record(contract, { id: String(id), status: 'complete' });
    await enough.promise;
    expect(got.flat().toSorted()).toEqual(Array.from({ length: 200 }, (_, id) => String(id)).toSorted());
  });

  it('fails at once while NATS is away, keeps durable events, and works again after', async () => {
    const contract = itemStored();
    const [ingress, worker, billing] = await Promise.all([open('ingress'), open('worker'), open('billing')]);
    const ids = new Set<string>();
    const all = signal();
    const take = (events: readonly unknown[]): Promise<void> => {
      for (const { id } of events as Item[]) ids.add(id);
      if (ids.size === 100) all.resolve();
      return Promise.resolve();
    };
    await billing.serve(handlers('billing', { durables: new Map([[contract.subject, take]]) }));
    const answering: CallHandler = (_header, { response }) => {
      response.head(HEAD);
      response.end(END);
      return Promise.resolve(GOOD);
    };
    await worker.serve(handlers('router', calls({ [route.subject]: answering })));
    const record = (from: number, to: number): Promise<unknown> =>
      Promise.all(
        Array.from({ length: to - from }, (_, index) =>
          worker.record(contract, { id: String(from + index), status: 'complete' }),
        ),
      );
    await record(0, 50);
    await server().kill();
    while (ingress.isConnected() || worker.isConnected())
      await new Promise((resolve) => setImmediate(resolve));
    const refusals = Promise.all([
      codeOf(collect(call(ingress))),
      codeOf(ingress.request(ask, { text: '' })),
    ]);
    // At once: nothing is waited for, be it the network or a clock.
    expect(await Promise.race([refusals, turns(10)])).toEqual(['service_unavailable', 'service_unavailable']);
    await record(50, 100);
    await server().restart();
    await all.promise;
    while (!(ingress.isConnected() && worker.isConnected()))
      await new Promise((resolve) => setImmediate(resolve));
    // The service may come back a little later than the caller.
    let code: unknown;
    do {
      code = await codeOf(collect(call(ingress)));
    } while (code === 'service_unavailable');
    expect(code).toBe('no error');
  });

  it('rejects an answer that was under way when NATS went away', async () => {
    const [ingress, worker] = await Promise.all([open('ingress'), open('worker')]);
    const asked = signal();
    const hang = (): Promise<never> => {
      asked.resolve();
      return new Promise(() => undefined);
    };
    await worker.serve(handlers('billing', { requests: new Map([[ask.subject, hang]]) }));
    await worker.serve(handlers('router', calls({ [route.subject]: () => new Promise(() => undefined) })));
    const answer = codeOf(ingress.request(ask, { text: '' }));
    const answered = codeOf(collect(call(ingress)));
    await asked.promise;
    await server().kill();
    expect(await answer).toBe('service_unavailable');
    expect(await answered).toBe('service_lost');
    await server().restart();
  });
});
