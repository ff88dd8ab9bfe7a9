import { GatewayError, callSubject } from '@tollgate/contracts';
import { ask, askOne, codeOf, handlers, signal, told, type BusHarness, type Cluster } from './harness.js';

/** Requests and events. */
export function messageSuite(harness: BusHarness): void {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await harness.open();
  });
  afterEach(async () => {
    await cluster.close();
  });
  const serve = (answer: (payload: unknown) => Promise<unknown>): Promise<void> =>
    cluster.worker.serve(handlers('billing', { requests: new Map([[ask.subject, answer]]) }));

  it('answers a request', async () => {
    await serve((payload) => Promise.resolve({ text: `${(payload as { text: string }).text}!` }));
    expect(await cluster.ingress.request(ask, { text: 'hi' })).toEqual({ text: 'hi!' });
  });

  it('answers with more than one message can hold', async () => {
    const long = 'ä'.repeat(2_000_000);
    await serve(() => Promise.resolve({ text: long }));
    expect((await cluster.ingress.request(ask, { text: '' })).text).toBe(long);
  });

  it('carries a GatewayError with all that belongs to it', async () => {
    const thrown = new GatewayError('rate_limited', 'too many', {
      retryAfterMs: 1500,
      param: 'key',
      headers: { a: 'b' },
    });
    await serve(() => Promise.reject(thrown));
    const caught = await cluster.ingress.request(ask, { text: '' }).catch((error: unknown) => error);
    expect(caught).toBeInstanceOf(GatewayError);
    expect((caught as GatewayError).toShape()).toEqual(thrown.toShape());
  });

  it('hides the text of an error that nobody foresaw', async () => {
    await serve(() => Promise.reject(new Error('password is 1234')));
    const caught = await cluster.ingress.request(ask, { text: '' }).catch((error: unknown) => error);
    expect((caught as GatewayError).toShape()).toEqual({
      code: 'internal',
      message: 'Internal server error',
    });
  });

  it('says at once that nobody answers', async () => {
    const asked = performance.now();
    expect(await codeOf(cluster.ingress.request(ask, { text: '' }))).toBe('service_unavailable');
    expect(performance.now() - asked).toBeLessThan(1000);
  });

  it('does not wait longer than asked', async () => {
    await serve(() => new Promise(() => undefined));
    expect(await codeOf(cluster.ingress.request(ask, { text: '' }, { timeoutMs: 30 }))).toBe(
      'deadline_exceeded',
    );
  });

  it('lets go of a request when its signal aborts', async () => {
    await serve(() => new Promise(() => undefined));
    const controller = new AbortController();
    const asked = codeOf(cluster.ingress.request(ask, { text: '' }, { signal: controller.signal }));
    controller.abort();
    expect(await asked).toBe('cancelled');
  });

  it('asks the process at an address, also while that drains', async () => {
    const { worker, ingress } = cluster;
    const asked = signal();
    const finish = signal();
    const answer = async (payload: unknown): Promise<unknown> => {
      const { text } = payload as { text: string };
      if (text === 'wait') {
        asked.resolve();
        await finish.promise;
      }
      return { text: `${text}!` };
    };
    const { address } = worker;
    const addressed = new Map([[callSubject(askOne, address), answer]]);
    await worker.serve(handlers('worker', { addressed }));
    const waiting = ingress.request(askOne, { text: 'wait' }, { address });
    await asked.promise;
    const drained = worker.drain(10_000);
    expect(await ingress.request(askOne, { text: 'still there' }, { address })).toEqual({
      text: 'still there!',
    });
    finish.resolve();
    expect(await waiting).toEqual({ text: 'wait!' });
    await drained;
  });

  it('says at once that nobody is at an address', async () => {
    const asked = cluster.ingress.request(askOne, { text: '' }, { address: 'nowhere' });
    expect(await codeOf(asked)).toBe('service_unavailable');
  });

  it('tells an event to everybody', async () => {
    const heard = [signal<unknown>(), signal<unknown>()];
    for (const [index, bus] of [cluster.router, cluster.worker].entries()) {
      const hear = (event: unknown): Promise<void> => {
        heard[index]?.resolve(event);
        return Promise.resolve();
      };
      await bus.serve(handlers('ingress', { events: new Map([[told.subject, hear]]) }));
    }
    cluster.ingress.publish(told, { text: 'news' });
    expect(await Promise.all(heard.map(({ promise }) => promise))).toEqual([
      { text: 'news' },
      { text: 'news' },
    ]);
  });

  it('survives a handler of an event that fails', async () => {
    const heard = signal<unknown>();
    const fail = (): Promise<void> => Promise.reject(new Error('no'));
    await cluster.router.serve(handlers('ingress', { events: new Map([[told.subject, fail]]) }));
    const hear = (event: unknown): Promise<void> => {
      heard.resolve(event);
      return Promise.resolve();
    };
    await cluster.worker.serve(handlers('ingress', { events: new Map([[told.subject, hear]]) }));
    cluster.ingress.publish(told, { text: 'news' });
    expect(await heard.promise).toEqual({ text: 'news' });
  });

  it('finishes what is in flight before it is drained, and takes nothing new', async () => {
    const asked = signal();
    const finish = signal();
    await serve(async () => {
      asked.resolve();
      await finish.promise;
      return { text: 'done' };
    });
    const answer = cluster.ingress.request(ask, { text: '' });
    await asked.promise;
    const drained = cluster.worker.drain(10_000);
    finish.resolve();
    expect(await answer).toEqual({ text: 'done' });
    await drained;
  });

  it('does not wait for ever to be drained', async () => {
    const asked = signal();
    await serve(() => {
      asked.resolve();
      return new Promise(() => undefined);
    });
    void cluster.ingress.request(ask, { text: '' }, { timeoutMs: 20 }).catch(() => undefined);
    await asked.promise;
    await cluster.worker.drain(50);
  });
}
