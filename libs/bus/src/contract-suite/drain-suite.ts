import type { GatewayError } from '@tollgate/contracts';
import type { CallHandler } from '../bus.js';
import {
  GOOD,
  HEAD,
  attempt,
  calls,
  codeOf,
  collect,
  handlers,
  inMs,
  route,
  signal,
  text,
  type BusHarness,
  type Cluster,
} from './harness.js';

const ENDED = ['draining', 'service_lost'];

/** What becomes of calls that outlast the drain of their process. */
export function drainSuite(harness: BusHarness): void {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await harness.open();
  });
  afterEach(() => cluster.close());

  /** Begins an answer, works until it is stopped, and then takes its time to write the bill. */
  function endless(): { handler: CallHandler; begun: Promise<void>; bills: unknown[] } {
    const begun = signal();
    const bills: unknown[] = [];
    const handler: CallHandler = async (_header, { response, aborts }) => {
      response.head(HEAD);
      await response.write(text('a part'));
      begun.resolve();
      await new Promise<void>((resolve) => aborts.addEventListener('abort', resolve));
      await new Promise((resolve) => setImmediate(resolve));
      bills.push((aborts.reason as GatewayError).code);
      throw aborts.reason;
    };
    return { handler, begun: begun.promise, bills };
  }

  it('are ended with an error behind what has come, and billed before the drain is over', async () => {
    const { handler, begun, bills } = endless();
    await cluster.worker.serve(handlers('router', calls({ [route.subject]: handler })));
    const response = cluster.ingress.call(route, { name: 'a' }, text(''), inMs(60_000));
    const types: string[] = [];
    const read = codeOf(
      (async () => {
        for await (const frame of response) types.push(frame.type);
      })(),
    );
    await begun;
    await cluster.worker.drain(10);
    expect(bills).toHaveLength(1);
    expect(ENDED).toContain(bills[0]);
    expect(ENDED).toContain(await read);
    expect(types).toEqual(['head', 'data']);
  });

  it('are ended by the process of the caller, all the way', async () => {
    const { handler, begun, bills } = endless();
    const stopped = signal();
    await cluster.worker.serve(
      handlers('router', {
        calls: new Map([
          [route.subject, (header, context) => handler(header, context).finally(stopped.resolve)],
        ]),
      }),
    );
    const read = codeOf(collect(cluster.ingress.call(route, { name: 'a' }, text(''), inMs(60_000))));
    await begun;
    await cluster.ingress.drain(10);
    expect(await read).toBe('draining');
    await stopped.promise;
    expect(bills).toHaveLength(1);
  });

  it('go on when another process answers them', async () => {
    const finish = signal();
    const delivered = signal();
    await cluster.worker.serve(
      handlers('worker', {
        calls: new Map([
          [
            attempt.subject.replace('*', 'one'),
            async (_header, { response }) => {
              response.head(HEAD);
              await finish.promise;
              response.end({ usage: null, costNanos: 7 });
              return GOOD;
            },
          ],
        ]),
      }),
    );
    const router: CallHandler = (_header, context) =>
      context.forward(attempt, 'one', { name: 'one' }, { delivered: delivered.resolve });
    await cluster.router.serve(handlers('router', calls({ [route.subject]: router })));
    const read = collect(cluster.ingress.call(route, { name: 'a' }, text(''), inMs(60_000)));
    await delivered.promise;
    // In one process the router's end is everybody's.
    if (cluster.router !== cluster.ingress) await cluster.router.drain(10);
    finish.resolve();
    expect((await read).map(({ type }) => type)).toEqual(['head', 'end']);
  });

  it('are asked of another service when nobody has answered them yet', async () => {
    const begun = signal();
    await cluster.worker.serve(
      handlers('worker', {
        calls: new Map([
          [
            attempt.subject.replace('*', 'one'),
            async (_header, { aborts }) => {
              begun.resolve();
              await new Promise<void>((resolve) => aborts.addEventListener('abort', resolve));
              throw aborts.reason;
            },
          ],
        ]),
      }),
    );
    const outcome = signal<unknown>();
    await cluster.router.serve(
      handlers(
        'router',
        calls({
          [route.subject]: async (_header, context) => {
            const made = await context.forward(attempt, 'one', { name: 'one' });
            outcome.resolve(made.error?.code);
            return made;
          },
        }),
      ),
    );
    const read = codeOf(collect(cluster.ingress.call(route, { name: 'a' }, text(''), inMs(60_000))));
    await begun.promise;
    await cluster.worker.drain(10);
    expect(ENDED).toContain(await outcome.promise);
    expect(ENDED).toContain(await read);
  });
}
