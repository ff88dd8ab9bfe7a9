import { describeWithServers } from '@tollgate/testing';
import type { CallHandler } from '../bus.js';
import {
  END,
  HEAD,
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
import { callsIn, natsFixture, strangersCall } from './_nats-fixture.js';
import type { NatsBus } from './nats-bus.js';

describeWithServers('NatsBus with many calls at once', () => {
  const { open, openRaw } = natsFixture();
  const callAll = (bus: NatsBus, count: number): Promise<unknown[]> =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        codeOf(collect(bus.call(route, { name: 'a' }, text(`body ${String(index)}`), inMs(5000)))),
      ),
    );
  const answer: CallHandler = (_header, { response }) => {
    response.head(HEAD);
    response.end(END);
    return Promise.resolve(undefined);
  };

  it('sends those of one turn in a few messages, and all are answered', async () => {
    const bodies: string[][] = [];
    const raw = await openRaw();
    raw.subscribe(route.subject, {
      callback: (_error, { data }) => {
        bodies.push(callsIn(data).map(({ body }) => body.toString()));
      },
    });
    await raw.flush();
    await (await open('router')).serve(handlers('router', calls({ [route.subject]: answer })));
    const codes = await callAll(await open('ingress'), 40);
    expect(new Set(codes)).toEqual(new Set(['no error']));
    await raw.flush();
    expect(bodies.map(({ length }) => length)).toEqual([16, 16, 8]);
    expect(bodies.flat()).toEqual(Array.from({ length: 40 }, (_, index) => `body ${String(index)}`));
  });

  it('tells each of them that nobody listens', async () => {
    const codes = await callAll(await open('ingress'), 40);
    expect(codes).toEqual(Array.from({ length: 40 }, () => 'service_unavailable'));
  });

  it('keeps a message below the payload of NATS', async () => {
    await (await open('router')).serve(handlers('router', calls({ [route.subject]: answer })));
    const ingress = await open('ingress');
    const half = new Uint8Array(512 * 1024);
    const codes = await Promise.all(
      [half, half, half].map((body) => codeOf(collect(ingress.call(route, { name: 'a' }, body, inMs(5000))))),
    );
    expect(codes).toEqual(['no error', 'no error', 'no error']);
  });

  it('takes a call that came behind one that cannot be read', async () => {
    const router = await open('router');
    const served = signal<string>();
    const serve: CallHandler = async (_header, { body }) => {
      served.resolve(Buffer.from(await body.bytes()).toString());
      return undefined;
    };
    await router.serve(handlers('router', calls({ [route.subject]: serve })));
    const raw = await openRaw();
    const nonsense = encodeWithBody({ id: 5 }, text('none'));
    const good = encodeWithBody({ ...strangersCall, bodyBytes: 4 }, text('body'));
    raw.publish(route.subject, Buffer.concat([nonsense, good]));
    expect(await served.promise).toBe('body');
  });
});
