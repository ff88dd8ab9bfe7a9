import type { NatsConnection } from '@nats-io/transport-node';
import { describeWithServers } from '@tollgate/testing';
import { GatewayError, NO_USAGE, type Outcome } from '@tollgate/contracts';
import type { CallHandler, CallResponse } from '../bus.js';
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
} from '../contract-suite/harness.js';
import { encodeWithBody } from './frames.js';
import type { Envelope } from './envelope.js';
import { callsIn, natsFixture, strangersCall } from './_nats-fixture.js';
import type { NatsBus } from './nats-bus.js';
import { CANCELLED_ATTEMPT, packetsOf } from './subjects.js';

/** Attempts that compete or go on from each other, where processes and networks fail. */
describeWithServers('Attempts on the NatsBus among failures', () => {
  const { open, openRaw } = natsFixture();
  const call = (bus: NatsBus): CallResponse => bus.call(route, { name: 'a' }, text('body'), inMs(5000));

  /** An attempt that sends a little and breaks off for another one to go on. */
  const breakOff: CallHandler = async (_header, { response }) => {
    response.head(HEAD);
    await response.write(text('half'));
    response.yield();
    const error = { code: 'upstream_stream_broken', message: 'cut' } as const;
    const partial = { text: 'half', responseId: null, created: 1, usage: NO_USAGE };
    return { ...GOOD, error, partial };
  };
  /** A router that forwards and then says nothing more; `listens`: its inbox exists. */
  const serveSilentRouter = async (raw: NatsConnection, listens: boolean): Promise<void> => {
    const forwarder = { process: 'd'.repeat(16), slot: 1 };
    const forward = (data: Uint8Array): void => {
      const [first] = callsIn(data);
      raw.publish(
        'test.attempt.one',
        encodeWithBody({ ...(first?.json() as Envelope), forwarder }, first?.body ?? text('')),
      );
    };
    if (listens) raw.subscribe(packetsOf(forwarder.process), { callback: () => undefined });
    raw.subscribe(route.subject, { queue: 'router', callback: (_error, message) => forward(message.data) });
    await raw.flush();
  };

  it.each([
    ['tells the error of an answer that broke off when the router is gone', false, 'upstream_stream_broken'],
    ['gives up on a router that does nothing about an answer that broke off', true, 'service_lost'],
  ])('%s', async (_what, listens, code) => {
    await serveSilentRouter(await openRaw(), listens);
    const worker = await open('worker');
    await worker.serve(handlers('worker', calls({ 'test.attempt.one': breakOff })));
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const frame of call(await open('ingress'))) seen.push(frame.type);
    };
    expect(await codeOf(read())).toBe(code);
    expect(seen).toEqual(['head', 'data']);
  });

  it('ends a call whose router closes after the answer broke off', async () => {
    const worker = await open('worker');
    await worker.serve(handlers('worker', calls({ 'test.attempt.one': breakOff })));
    const router = await open('router');
    const dies: CallHandler = async (_header, context) => {
      await context.forward(attempt, 'one', { name: 'one' });
      await router.close();
      return undefined;
    };
    await router.serve(handlers('router', calls({ [route.subject]: dies })));
    expect(await codeOf(collect(call(await open('ingress'))))).toBe('service_lost');
  });

  it('cancels an attempt that it knows by its heartbeats, and one that arrives after its cancel', async () => {
    const worker = await open('worker');
    const reason = signal<unknown>();
    const listening: CallHandler = async (_header, { signal: aborted }) => {
      if (!aborted.aborted) await new Promise((resolve) => aborted.addEventListener('abort', resolve));
      reason.resolve(aborted.reason);
      throw aborted.reason;
    };
    await worker.serve(handlers('worker', calls({ 'test.attempt.one': listening })));
    const router = await open('router');
    const outcome = signal<Outcome>();
    const impatient: CallHandler = async (_header, context) => {
      const patience = AbortSignal.timeout(250);
      outcome.resolve(await context.forward(attempt, 'one', { name: 'one' }, { signal: patience }));
      throw new GatewayError('upstream_timeout', 'slow');
    };
    await router.serve(handlers('router', calls({ [route.subject]: impatient })));
    expect(await codeOf(collect(call(await open('ingress'))))).toBe('upstream_timeout');
    expect(await outcome.promise).toMatchObject({ delivered: false, error: { code: 'cancelled' } });
    expect(await reason.promise).toMatchObject({ code: 'cancelled' });

    const forwarder = { process: 'd'.repeat(16), slot: 7 };
    const late = signal<unknown>();
    const second: CallHandler = (_header, { signal: aborted }) => {
      late.resolve(aborted.reason);
      return Promise.reject(aborted.reason as Error);
    };
    await worker.serve(handlers('worker', calls({ 'test.attempt.two': second })));
    const raw = await openRaw();
    raw.publish(CANCELLED_ATTEMPT, JSON.stringify(forwarder));
    raw.publish('test.attempt.two', encodeWithBody({ ...strangersCall, forwarder }, new Uint8Array(0)));
    expect(await late.promise).toMatchObject({ code: 'cancelled' });
  });

  it('does not wait for ever for a caller to tell whose head it took', async () => {
    const worker = await open('worker');
    const answer: CallHandler = (_header, { response }) => {
      response.head(HEAD);
      response.end(END);
      return Promise.resolve(GOOD);
    };
    await worker.serve(handlers('worker', calls({ 'test.attempt.one': answer })));
    const router = await open('router');
    const outcome = signal<Outcome>();
    const racing: CallHandler = async (_header, context) => {
      const result = await context.forward(
        attempt,
        'one',
        { name: 'one' },
        { delivered: () => outcome.resolve(undelivered) },
      );
      outcome.resolve(result);
      return result;
    };
    const undelivered = { ...GOOD, delivered: false };
    await router.serve(handlers('router', calls({ [route.subject]: racing })));
    const raw = await openRaw();
    raw.publish(route.subject, encodeWithBody(strangersCall, new Uint8Array(0)));
    expect(await outcome.promise).toEqual(GOOD);
  });
});
