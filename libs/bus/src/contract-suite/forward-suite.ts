import { GatewayError, type Outcome } from '@tollgate/contracts';
import type { CallHandler } from '../bus.js';
import {
  END,
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

/** Calls that a router hands on to a worker, which answers the caller directly. */
export function forwardSuite(harness: BusHarness): void {
  let cluster: Cluster;
  let outcomes: Outcome[];
  beforeEach(async () => {
    cluster = await harness.open();
    outcomes = [];
  });
  afterEach(async () => {
    await cluster.close();
  });

  const serveWorker = (targets: Record<string, CallHandler>): Promise<void> =>
    cluster.worker.serve(
      handlers(
        'worker',
        calls(
          Object.fromEntries(
            Object.entries(targets).map(([name, handler]) => [`test.attempt.${name}`, handler]),
          ),
        ),
      ),
    );
  /** Tries the targets in turn until one delivers; the last error is the caller's. */
  const serveRouter = (...targets: readonly string[]): Promise<void> =>
    cluster.router.serve(
      handlers(
        'router',
        calls({
          [route.subject]: async (_header, context) => {
            for (const target of targets) {
              const outcome = await context.forward(attempt, target, { name: target });
              outcomes.push(outcome);
              if (outcome.delivered) return outcome;
            }
            const error = outcomes.at(-1)?.error;
            throw error ? GatewayError.fromShape(error) : new GatewayError('internal', 'no target');
          },
        }),
      ),
    );
  const call = (body = text('body'), deadlineMs = 10_000): ReturnType<typeof cluster.ingress.call> =>
    cluster.ingress.call(route, { name: 'a' }, body, inMs(deadlineMs));
  const answering: CallHandler = async (header, { body, response }) => {
    response.head({ ...HEAD, provider: (header as { name: string }).name });
    await response.write(await body.bytes());
    response.end(END);
    return GOOD;
  };

  it('answers the caller directly and tells the router how it went', async () => {
    await serveWorker({ one: answering });
    await serveRouter('one');
    const frames = await collect(call());
    expect(frames.map((frame) => frame.type)).toEqual(['head', 'data', 'end']);
    expect(frames[0]).toMatchObject({ head: { provider: 'one' } });
    await cluster.router.drain(5000);
    expect(outcomes).toEqual([GOOD]);
  });

  it('reaches a target that is served later, and none that comes while the process drains', async () => {
    await serveWorker({ one: answering });
    await serveRouter('two');
    expect(await codeOf(collect(call()))).toBe('provider_unavailable');
    await serveWorker({ two: answering });
    expect((await collect(call()))[0]).toMatchObject({ head: { provider: 'two' } });
    await cluster.worker.drain(5000);
    await serveWorker({ two: answering });
    expect(['draining', 'provider_unavailable']).toContain(await codeOf(collect(call())));
  });

  it('forwards a body of 20 MB', async () => {
    await serveWorker({ one: answering });
    await serveRouter('one');
    const body = Buffer.alloc(20 * 1024 * 1024 + 1, '0123456789');
    const frames = await collect(call(body, 25_000));
    const data = Buffer.concat(frames.flatMap((frame) => (frame.type === 'data' ? [frame.data] : [])));
    expect(data.equals(body)).toBe(true);
  });

  it('tries another target when the first one refuses', async () => {
    const refuse: CallHandler = () =>
      Promise.reject(new GatewayError('upstream_rate_limited', 'slow down', { status: 429 }));
    await serveWorker({ one: refuse, two: answering });
    await serveRouter('one', 'two');
    const frames = await collect(call());
    expect(frames[0]).toMatchObject({ head: { provider: 'two' } });
    await cluster.router.drain(5000);
    expect(outcomes[0]).toMatchObject({
      delivered: false,
      error: { code: 'upstream_rate_limited', message: 'slow down', status: 429 },
    });
    expect(outcomes[1]).toEqual(GOOD);
  });

  it('tries another target when a worker returns an undelivered outcome', async () => {
    const error = { code: 'upstream_timeout', message: 'slow' } as const;
    const refuse: CallHandler = () => Promise.resolve({ ...GOOD, delivered: false, error });
    await serveWorker({ one: refuse, two: answering });
    await serveRouter('one', 'two');
    expect((await collect(call())).at(-1)?.type).toBe('end');
    expect(outcomes[0]).toEqual({ ...GOOD, delivered: false, error });
  });

  it('makes an outcome of a target that nobody serves', async () => {
    await serveWorker({ two: answering });
    await serveRouter('one', 'two');
    expect((await collect(call())).at(-1)?.type).toBe('end');
    expect(outcomes[0]).toMatchObject({ delivered: false, error: { code: 'provider_unavailable' } });
  });

  it('tells the caller when no target can', async () => {
    await serveRouter('one');
    expect(await codeOf(collect(call()))).toBe('provider_unavailable');
  });

  it('ends the stream of an attempt that breaks after its head, and does not repeat it', async () => {
    await serveWorker({
      one: async (_header, { response }) => {
        response.head(HEAD);
        await response.write(text('half'));
        throw new GatewayError('upstream_stream_broken', 'cut');
      },
      two: answering,
    });
    await serveRouter('one', 'two');
    expect(await codeOf(collect(call()))).toBe('upstream_stream_broken');
    await cluster.router.drain(5000);
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toMatchObject({ delivered: true, error: { code: 'upstream_stream_broken' } });
  });

  it('takes a cancel to the worker and makes an outcome of it', async () => {
    const begun = signal();
    const reason = signal<unknown>();
    await serveWorker({
      one: async (_header, { signal: aborted }) => {
        begun.resolve();
        await new Promise((resolve) => aborted.addEventListener('abort', resolve));
        reason.resolve(aborted.reason);
        throw aborted.reason;
      },
    });
    await serveRouter('one');
    const response = call();
    await begun.promise;
    response.cancel();
    expect(await reason.promise).toMatchObject({ code: 'cancelled' });
    await cluster.router.drain(5000);
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toMatchObject({ delivered: false, error: { code: 'cancelled' } });
  });

  it('gives up on a worker that ignores the deadline', async () => {
    await serveWorker({ one: () => new Promise(() => undefined) });
    await serveRouter('one');
    expect(await codeOf(collect(call(text(''), 50)))).toBe('deadline_exceeded');
    await cluster.router.drain(300);
    expect(outcomes[0]).toMatchObject({ delivered: false, error: { code: 'deadline_exceeded' } });
  });

  it('does not forward a call that was cancelled', async () => {
    const begun = signal();
    let served = 0;
    await serveWorker({
      one: () => {
        served += 1;
        return Promise.resolve(GOOD);
      },
    });
    await cluster.router.serve(
      handlers(
        'router',
        calls({
          [route.subject]: async (_header, context) => {
            begun.resolve();
            await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
            outcomes.push(await context.forward(attempt, 'one', { name: 'one' }));
            return undefined;
          },
        }),
      ),
    );
    const response = call();
    await begun.promise;
    response.cancel();
    await cluster.router.drain(5000);
    expect(outcomes[0]).toMatchObject({ delivered: false, error: { code: 'cancelled' } });
    expect(served).toBe(0);
  });

  it('lets a running call be forwarded while the router drains', async () => {
    const begun = signal();
    const go = signal();
    await serveWorker({ one: answering });
    await cluster.router.serve(
      handlers(
        'router',
        calls({
          [route.subject]: async (_header, context) => {
            begun.resolve();
            await go.promise;
            return context.forward(attempt, 'one', { name: 'one' });
          },
        }),
      ),
    );
    const answered = collect(call());
    await begun.promise;
    const drained = cluster.router.drain(5000);
    go.resolve();
    expect((await answered).at(-1)?.type).toBe('end');
    await drained;
  });
}
