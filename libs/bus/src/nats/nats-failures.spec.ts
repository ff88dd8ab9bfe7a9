import type { NatsConnection } from '@nats-io/transport-node';
import { describeWithServers } from '@tollgate/testing';
import { GatewayError, type Outcome } from '@tollgate/contracts';
import type { CallHandler } from '../bus.js';
import {
  END,
  HEAD,
  ask,
  attempt,
  calls,
  codeOf,
  collect,
  handlers,
  inMs,
  route,
  signal,
  text,
} from '../contract-suite/harness.js';
import { FRAME, encodeFrame, encodeWithBody } from './frames.js';
import type { Envelope } from './envelope.js';
import { callsIn, natsFixture, strangersCall } from './_nats-fixture.js';
import type { NatsBus } from './nats-bus.js';
import { CANCELLED, packetsOf } from './subjects.js';

/** What can happen only where processes and networks fail. */
describeWithServers('NatsBus among failures', () => {
  const { open, openRaw } = natsFixture();
  const envelopeOf = (data: Uint8Array): Envelope => callsIn(data)[0]?.json() as Envelope;
  const call = (bus: NatsBus, deadlineMs = 5000): ReturnType<NatsBus['call']> =>
    bus.call(route, { name: 'a' }, text('body'), inMs(deadlineMs));
  /** A router that forwards once and reports the outcome. */
  const serveRouter = async (router: NatsBus): Promise<{ readonly outcome: Promise<Outcome> }> => {
    const outcome = signal<Outcome>();
    const forward: CallHandler = async (_header, context) => {
      const result = await context.forward(attempt, 'one', { name: 'one' });
      outcome.resolve(result);
      if (result.delivered) return result;
      throw result.error ? GatewayError.fromShape(result.error) : new Error('no error');
    };
    await router.serve(handlers('router', calls({ [route.subject]: forward })));
    return { outcome: outcome.promise };
  };
  const flushed = async (raw: NatsConnection, listen: () => void): Promise<void> => {
    listen();
    await raw.flush();
  };

  it('gives up on a service that takes a call and falls silent', async () => {
    const raw = await openRaw();
    await flushed(raw, () => raw.subscribe(route.subject, { queue: 'router', callback: () => undefined }));
    expect(await codeOf(collect(call(await open('ingress'))))).toBe('service_lost');
  });

  it('waits for a service that works for long', async () => {
    const worker = await open('worker');
    const slow: CallHandler = async (_header, { response }) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      response.head(HEAD);
      await new Promise((resolve) => setTimeout(resolve, 400));
      response.end(END);
      return undefined;
    };
    await worker.serve(handlers('router', calls({ [route.subject]: slow })));
    expect(await collect(call(await open('ingress')))).toHaveLength(2);
  });

  it('waits for a reader that rests for long', async () => {
    const worker = await open('worker');
    const large: CallHandler = async (_header, { response }) => {
      response.head(HEAD);
      await response.write(Buffer.alloc(1024 * 1024));
      response.end(END);
      return undefined;
    };
    await worker.serve(handlers('router', calls({ [route.subject]: large })));
    let bytes = 0;
    for await (const frame of call(await open('ingress'))) {
      if (frame.type === 'head') await new Promise((resolve) => setTimeout(resolve, 500));
      if (frame.type === 'data') bytes += frame.data.length;
    }
    expect(bytes).toBe(1024 * 1024);
  });

  it('makes an outcome of a worker that takes an attempt and falls silent', async () => {
    const raw = await openRaw();
    await flushed(raw, () =>
      raw.subscribe('test.attempt.one', { queue: 'worker', callback: () => undefined }),
    );
    const { outcome } = await serveRouter(await open('router'));
    expect(await codeOf(collect(call(await open('ingress'))))).toBe('service_lost');
    expect(await outcome).toMatchObject({ delivered: false, error: { code: 'service_lost' } });
  });

  it('ends a stream whose worker is gone, and tells the router that it was delivered', async () => {
    const worker = await open('worker');
    const begin: CallHandler = async (_header, { response }) => {
      response.head(HEAD);
      await new Promise(() => undefined);
      return undefined;
    };
    await worker.serve(handlers('worker', calls({ 'test.attempt.one': begin })));
    const { outcome } = await serveRouter(await open('router'));
    const reader = call(await open('ingress'))[Symbol.asyncIterator]();
    expect(await reader.next()).toMatchObject({ value: { type: 'head' } });
    await new Promise((resolve) => setTimeout(resolve, 150));
    await worker.close();
    expect(await codeOf(reader.next())).toBe('service_lost');
    expect(await outcome).toMatchObject({ delivered: true, error: { code: 'service_lost' } });
  });

  it('tells a worker whose caller is gone, and lets it finish', async () => {
    const worker = await open('worker');
    const lost = signal<unknown>();
    const finish: CallHandler = async (_header, { response, signal: aborted }) => {
      response.head(HEAD);
      await new Promise((resolve) => aborted.addEventListener('abort', resolve));
      await response.write(Buffer.alloc(10 * 1024 * 1024));
      response.end(END);
      lost.resolve(aborted.reason);
      return undefined;
    };
    await worker.serve(handlers('router', calls({ [route.subject]: finish })));
    const raw = await openRaw();
    raw.publish(route.subject, encodeWithBody(strangersCall, new Uint8Array(0)));
    expect(await lost.promise).toMatchObject({ code: 'caller_lost' });
  });

  it('tells the caller of a failed attempt that the router is gone, so that it may ask another', async () => {
    const raw = await openRaw();
    // A router that forwards and dies: its inbox does not exist.
    const dies = (data: Uint8Array): void => {
      const [first] = callsIn(data);
      const forwarder = { process: 'd'.repeat(16), slot: 1 };
      raw.publish(
        'test.attempt.one',
        encodeWithBody({ ...(first?.json() as Envelope), forwarder }, first?.body ?? text('')),
      );
    };
    await flushed(raw, () => {
      raw.subscribe(route.subject, { queue: 'router', callback: (_error, message) => dies(message.data) });
    });
    const worker = await open('worker');
    const refuse: CallHandler = () => Promise.reject(new GatewayError('upstream_quota', 'empty'));
    await worker.serve(handlers('worker', calls({ 'test.attempt.one': refuse })));
    await expect(collect(call(await open('ingress')))).rejects.toMatchObject({
      code: 'service_lost',
      message: expect.stringContaining('empty') as string,
    });
  });

  it('cancels what else a lost router had under way, and lets the call begin again under another id', async () => {
    const raw = await openRaw();
    // A router that forwards to two, one after the other, and dies.
    const dies = (data: Uint8Array): void => {
      const [first] = callsIn(data);
      const forwarder = { process: 'd'.repeat(16), slot: 1 };
      for (const target of ['two', 'one'])
        raw.publish(
          `test.attempt.${target}`,
          encodeWithBody({ ...(first?.json() as Envelope), forwarder }, first?.body ?? text('')),
        );
    };
    await flushed(raw, () => {
      raw.subscribe(route.subject, { max: 1, callback: (_error, message) => dies(message.data) });
    });
    const worker = await open('worker');
    const aborted = signal<unknown>();
    const refuse: CallHandler = () => Promise.reject(new GatewayError('upstream_quota', 'empty'));
    const wait: CallHandler = async (_header, context) => {
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      aborted.resolve(context.signal.reason);
      return undefined;
    };
    await worker.serve(handlers('worker', calls({ 'test.attempt.one': refuse, 'test.attempt.two': wait })));
    const ingress = await open('ingress');
    expect(await codeOf(collect(call(ingress)))).toBe('service_lost');
    expect(await aborted.promise).toMatchObject({ code: 'cancelled' });

    const router = await open('router');
    const answer: CallHandler = (_header, { response }) => {
      response.head(HEAD);
      response.end(END);
      return Promise.resolve(undefined);
    };
    await router.serve(handlers('router', calls({ [route.subject]: answer })));
    expect((await collect(call(ingress))).at(-1)).toMatchObject({ type: 'end' });
  });

  it('makes an error of a gap in the frames', async () => {
    const raw = await openRaw();
    const answerWithGap = (data: Uint8Array): void => {
      const { caller } = envelopeOf(data);
      const from = { slot: caller.slot, from: 1 };
      const frames = [
        encodeFrame({ type: FRAME.head, ...from, sequence: 0, json: HEAD }),
        encodeFrame({ type: FRAME.data, ...from, sequence: 1, data: text('one') }),
        encodeFrame({ type: FRAME.data, ...from, sequence: 3, data: text('three') }),
      ];
      raw.publish(packetsOf(caller.process), Buffer.concat([text('e'.repeat(16)), ...frames.flat()]));
    };
    await flushed(raw, () => {
      raw.subscribe(route.subject, {
        queue: 'router',
        callback: (_error, message) => answerWithGap(message.data),
      });
    });
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const frame of call(await open('ingress'))) seen.push(frame.type);
    };
    expect(await codeOf(read())).toBe('service_lost');
    expect(seen).toEqual(['head', 'data']);
  });

  it('cancels an attempt that arrives after the cancel did', async () => {
    const worker = await open('worker');
    const reason = signal<unknown>();
    const serve: CallHandler = (_header, { signal: aborted }) => {
      reason.resolve(aborted.reason);
      return Promise.reject(aborted.reason as Error);
    };
    await worker.serve(handlers('worker', calls({ 'test.attempt.one': serve })));
    const raw = await openRaw();
    raw.publish(CANCELLED, 'x');
    raw.publish('test.attempt.one', encodeWithBody(strangersCall, new Uint8Array(0)));
    expect(await reason.promise).toMatchObject({ code: 'cancelled' });
  });

  it('listens to one attempt alone and cancels another', async () => {
    const raw = await openRaw();
    const worker = await open('worker');
    const second = signal<unknown>();
    const late: CallHandler = async (_header, { response, signal: aborted }) => {
      response.head({ ...HEAD, provider: 'second' });
      await new Promise((resolve) => aborted.addEventListener('abort', resolve));
      second.resolve(aborted.reason);
      throw aborted.reason;
    };
    await worker.serve(handlers('worker', calls({ 'test.attempt.one': late })));
    const first = (data: Uint8Array): void => {
      const envelope = envelopeOf(data);
      const { caller } = envelope;
      const head = encodeFrame({ type: FRAME.head, slot: caller.slot, from: 1, sequence: 0, json: HEAD });
      raw.publish(packetsOf(caller.process), Buffer.concat([text('e'.repeat(16)), ...head]));
      raw.publish('test.attempt.one', encodeWithBody({ ...envelope, forwarder: caller }, new Uint8Array(0)));
    };
    await flushed(raw, () => {
      raw.subscribe(route.subject, { queue: 'router', callback: (_error, message) => first(message.data) });
      // The first attempt's process lives.
      raw.subscribe(packetsOf('e'.repeat(16)), { callback: () => undefined });
    });
    const heads: unknown[] = [];
    const response = call(await open('ingress'));
    const read = codeOf(
      (async () => {
        for await (const frame of response) if (frame.type === 'head') heads.push(frame.head.provider);
      })(),
    );
    expect(await second.promise).toMatchObject({ code: 'cancelled' });
    response.cancel();
    await read;
    expect(heads).toEqual([HEAD.provider]);
  });

  it('refuses what does not fit the contract, naming the field', async () => {
    const worker = await open('worker');
    const inputs = new Map([[ask.subject, ask.input]]);
    const requests = new Map([[ask.subject, () => Promise.resolve({ text: 'never' })]]);
    await worker.serve(handlers('billing', { requests, inputs }));
    const wrong = { text: 5 } as unknown as { text: string };
    const caught = await (await open('ingress')).request(ask, wrong).catch((error: unknown) => error);
    expect(caught).toMatchObject({ code: 'internal', message: expect.stringContaining('text') });
  });
});
