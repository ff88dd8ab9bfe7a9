import { GatewayError, type Outcome } from '@tollgate/contracts';
import type { CallContext, CallHandler, CallResponse, ForwardOptions, ResponseFrame } from '../bus.js';
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

const WINDOW = 256 * 1024;

/** Several attempts at one call: the first head is the answer, the others end without a trace. */
export function raceSuite(harness: BusHarness): void {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await harness.open();
  });
  afterEach(async () => {
    await cluster.close();
  });

  /** `one` and `two` are served by different processes, where there are several. */
  const serveTargets = async (one: CallHandler, two: CallHandler): Promise<void> => {
    await cluster.worker.serve(handlers('worker', calls({ 'test.attempt.one': one })));
    await cluster.router.serve(handlers('other-worker', calls({ 'test.attempt.two': two })));
  };
  const serveRouter = (handler: CallHandler): Promise<void> =>
    cluster.router.serve(handlers('router', calls({ [route.subject]: handler })));
  const call = (): CallResponse => cluster.ingress.call(route, { name: 'a' }, text('body'), inMs(10_000));
  const forward = (context: CallContext, target: string, options?: ForwardOptions): Promise<Outcome> =>
    context.forward(attempt, target, { name: target }, options);
  const providersOf = (frames: readonly ResponseFrame[]): string[] =>
    frames.flatMap((frame) => (frame.type === 'head' ? [frame.head.provider] : []));
  const textOf = (frames: readonly ResponseFrame[]): string =>
    Buffer.concat(frames.flatMap((frame) => (frame.type === 'data' ? [frame.data] : []))).toString();
  const until = (aborted: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (aborted.aborted) resolve();
      else aborted.addEventListener('abort', () => resolve());
    });

  interface Race {
    readonly outcomes: Outcome[];
    readonly delivered: string[];
  }
  /** Races both targets and hands what the router learned to `ended`. */
  const racing =
    (ended: (race: Race) => void, told: () => void = () => undefined): CallHandler =>
    async (_header, context) => {
      const delivered: string[] = [];
      const outcomes = await Promise.all(
        ['one', 'two'].map((target) => {
          const onDelivered = (): void => {
            delivered.push(target);
            told();
          };
          return forward(context, target, { delivered: onDelivered });
        }),
      );
      ended({ outcomes, delivered });
      return outcomes.find((outcome) => outcome.delivered);
    };

  it('has delivered nothing of an attempt that was cancelled before its head, whatever its worker says', async () => {
    const controller = new AbortController();
    const late: CallHandler = async (_header, { response, signal: aborted }) => {
      queueMicrotask(() => controller.abort());
      await until(aborted);
      response.head(HEAD);
      return { ...GOOD, error: new GatewayError('cancelled', 'too late').toShape() };
    };
    const good: CallHandler = (_header, { response }) => {
      response.head(HEAD);
      response.end(END);
      return Promise.resolve(GOOD);
    };
    await serveTargets(late, good);
    const ended = signal<Outcome>();
    await serveRouter(async (_header, context) => {
      ended.resolve(await forward(context, 'one', { signal: controller.signal }));
      return forward(context, 'two');
    });
    expect(providersOf(await collect(call()))).toHaveLength(1);
    expect(await ended.promise).toMatchObject({ delivered: false, error: { code: 'cancelled' } });
  });

  it('gives the caller one answer when two heads are sent at the same moment', async () => {
    let waiting = 0;
    let both = signal();
    const answer: CallHandler = async (header, { response }) => {
      const { name } = header as { name: string };
      const { promise, resolve } = both;
      if ((waiting += 1) % 2 === 0) {
        both = signal();
        resolve();
      }
      await promise;
      response.head({ ...HEAD, provider: name });
      await response.write(text(name));
      await response.write(text(`, ${name}`));
      response.end(END);
      return GOOD;
    };
    await serveTargets(answer, answer);
    const ended: Race[] = [];
    await serveRouter(racing((race) => void ended.push(race)));
    for (let round = 0; round < 20; round += 1) {
      const frames = await collect(call());
      const [winner] = providersOf(frames);
      expect([textOf(frames), frames.at(-1)?.type]).toEqual([`${String(winner)}, ${String(winner)}`, 'end']);
      while (ended.length <= round) await new Promise(setImmediate);
      const { outcomes = [], delivered } = ended[round] ?? {};
      expect(delivered).toEqual([winner]);
      const [won, lost] = winner === 'one' ? outcomes : outcomes.toReversed();
      expect(won).toEqual(GOOD);
      expect(lost).toMatchObject({ delivered: false, error: { code: 'cancelled' } });
    }
  });

  it('cancels a stream whose head came too late, and goes on with the other under flow control', async () => {
    const total = 4 * WINDOW;
    const isFirst = signal();
    let sent = 0;
    let taken = 0;
    let mostAhead = 0;
    await serveTargets(
      async (_header, { response }) => {
        response.head({ ...HEAD, provider: 'one' });
        for (; sent < total; sent += WINDOW / 8) {
          await response.write(Buffer.alloc(WINDOW / 8, '1'));
          mostAhead = Math.max(mostAhead, sent - taken);
        }
        response.end(END);
        return GOOD;
      },
      async (_header, { response, signal: aborted }) => {
        await isFirst.promise;
        response.head({ ...HEAD, provider: 'two' });
        void response.write(Buffer.alloc(2 * WINDOW, '2'));
        await until(aborted);
        throw aborted.reason;
      },
    );
    const ended = signal<Race>();
    await serveRouter(racing(ended.resolve, isFirst.resolve));
    const seen = new Set<number | undefined>();
    for await (const frame of call()) {
      if (frame.type !== 'data') continue;
      taken += frame.data.length;
      seen.add(frame.data[0]).add(frame.data.at(-1));
    }
    expect([taken, [...seen]]).toEqual([total, [0x31]]);
    expect(mostAhead).toBeLessThanOrEqual(WINDOW);
    const { outcomes, delivered } = await ended.promise;
    expect(delivered).toEqual(['one']);
    expect(outcomes).toEqual([
      GOOD,
      expect.objectContaining({ delivered: false, error: expect.objectContaining({ code: 'cancelled' }) }),
    ]);
  });

  it('tells that the head went out while the answer is still under way', async () => {
    const finish = signal();
    await serveTargets(
      async (_header, { response }) => {
        response.head(HEAD);
        await finish.promise;
        response.end(END);
        return GOOD;
      },
      () => Promise.reject(new GatewayError('upstream_error', 'never')),
    );
    const order: string[] = [];
    await serveRouter(async (_header, context) => {
      const delivered = (): void => {
        order.push('delivered');
        finish.resolve();
      };
      const outcome = await forward(context, 'one', { delivered });
      order.push('outcome');
      return outcome;
    });
    expect(await collect(call())).toHaveLength(2);
    await cluster.router.drain(5000);
    expect(order).toEqual(['delivered', 'outcome']);
  });

  it('does not tell of a delivery that never was', async () => {
    await serveTargets(
      () => Promise.reject(new GatewayError('upstream_error', 'refused')),
      () => Promise.resolve(GOOD),
    );
    let told = 0;
    const delivered = (): void => void (told += 1);
    const { promise, resolve } = signal<Outcome>();
    await serveRouter(async (_header, context) => {
      resolve(await forward(context, 'one', { delivered }));
      throw new GatewayError('upstream_error', 'refused');
    });
    expect(await codeOf(collect(call()))).toBe('upstream_error');
    expect(await promise).toMatchObject({ delivered: false, error: { code: 'upstream_error' } });
    expect(told).toBe(0);
  });

  it('cancels one attempt by its signal, and lets another answer', async () => {
    const begun = signal();
    const reason = signal<unknown>();
    await serveTargets(
      async (_header, { signal: aborted }) => {
        begun.resolve();
        await until(aborted);
        reason.resolve(aborted.reason);
        return { ...GOOD, delivered: false, error: { code: 'cancelled', message: 'so far' }, costNanos: 5 };
      },
      async (_header, { response, signal: aborted }) => {
        await reason.promise;
        expect(aborted.aborted).toBe(false);
        response.head({ ...HEAD, provider: 'two' });
        response.end(END);
        return GOOD;
      },
    );
    const cancelled = signal<Outcome>();
    await serveRouter(async (_header, context) => {
      const controller = new AbortController();
      const slow = forward(context, 'one', { signal: controller.signal });
      await begun.promise;
      const other = forward(context, 'two', { signal: new AbortController().signal });
      controller.abort();
      cancelled.resolve(await slow);
      return other;
    });
    expect(providersOf(await collect(call()))).toEqual(['two']);
    expect(await reason.promise).toMatchObject({ code: 'cancelled' });
    expect(await cancelled.promise).toMatchObject({
      delivered: false,
      error: { code: 'cancelled', message: 'so far' },
      costNanos: 5,
    });
  });

  it('makes an outcome soon of a cancelled attempt that does not listen, and sends none that was cancelled before', async () => {
    const begun = signal();
    let served = 0;
    await serveTargets(
      () => {
        begun.resolve();
        return new Promise(() => undefined);
      },
      () => {
        served += 1;
        return Promise.resolve(GOOD);
      },
    );
    const outcomes: Outcome[] = [];
    await serveRouter(async (_header, context) => {
      const controller = new AbortController();
      const deaf = forward(context, 'one', { signal: controller.signal });
      await begun.promise;
      controller.abort();
      outcomes.push(await deaf, await forward(context, 'two', { signal: controller.signal }));
      throw new GatewayError('upstream_error', 'none');
    });
    expect(await codeOf(collect(call()))).toBe('upstream_error');
    const cancelled = { delivered: false, error: { code: 'cancelled' } };
    expect(outcomes).toMatchObject([cancelled, cancelled]);
    expect(served).toBe(0);
  });

  it('tells the caller when the attempt that it listens to is cancelled by its signal', async () => {
    await serveTargets(
      async (_header, { response, signal: aborted }) => {
        response.head(HEAD);
        await response.write(text('half'));
        await until(aborted);
        throw aborted.reason;
      },
      () => Promise.resolve(GOOD),
    );
    const ended = signal<Outcome>();
    await serveRouter(async (_header, context) => {
      const controller = new AbortController();
      const delivered = (): void => controller.abort();
      const outcome = await forward(context, 'one', { signal: controller.signal, delivered });
      ended.resolve(outcome);
      return outcome;
    });
    expect(await codeOf(collect(call()))).toBe('cancelled');
    expect(await ended.promise).toMatchObject({ delivered: true, error: { code: 'cancelled' } });
  });

  it('runs an attempt that answers nobody to its end, beside the call and beyond it', async () => {
    const answered = signal();
    await serveTargets(
      async (_header, { response }) => {
        response.head({ ...HEAD, provider: 'one' });
        await response.write(text('one'));
        response.end(END);
        return GOOD;
      },
      async (_header, { response, signal: aborted }) => {
        response.detach();
        response.head({ ...HEAD, provider: 'two' });
        await response.write(Buffer.alloc(2 * WINDOW));
        await answered.promise;
        // A caller that hears of it would cancel it.
        await cluster.heartbeats(3);
        response.end(END);
        return { ...GOOD, costNanos: aborted.aborted ? 0 : 9 };
      },
    );
    const mirrored = signal<Outcome>();
    await serveRouter((_header, context) => {
      void forward(context, 'two').then(mirrored.resolve);
      return forward(context, 'one');
    });
    const frames = await collect(call());
    answered.resolve();
    expect([providersOf(frames), textOf(frames)]).toEqual([['one'], 'one']);
    expect(await mirrored.promise).toEqual({ ...GOOD, delivered: false, costNanos: 9 });
  });

  it('keeps the failure of an attempt that answers nobody from the caller', async () => {
    const failed = signal();
    await serveTargets(
      async (_header, { response }) => {
        await failed.promise;
        response.head(HEAD);
        response.end(END);
        return GOOD;
      },
      (_header, { response }) => {
        response.detach();
        return Promise.reject(new GatewayError('upstream_error', 'copy failed'));
      },
    );
    await serveRouter(async (_header, context) => {
      const answer = forward(context, 'one');
      expect(await forward(context, 'two')).toMatchObject({
        delivered: false,
        error: { code: 'upstream_error' },
      });
      failed.resolve();
      return answer;
    });
    expect((await collect(call())).map(({ type }) => type)).toEqual(['head', 'end']);
  });
}
