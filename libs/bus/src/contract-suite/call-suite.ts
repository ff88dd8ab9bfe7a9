import { createHash } from 'node:crypto';
import { GatewayError } from '@tollgate/contracts';
import type { CallContext, CallHandler } from '../bus.js';
import {
  END,
  HEAD,
  allArrived,
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
const sha = (parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** First-hand calls: order, size, flow control and the ways to end. */
export function callSuite(harness: BusHarness): void {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await harness.open();
  });
  afterEach(async () => {
    await cluster.close();
  });
  const serve = (handler: CallHandler): Promise<void> =>
    cluster.worker.serve(handlers('router', calls({ [route.subject]: handler })));

  it('brings the header, the body and the answer in order', async () => {
    const seen: unknown[] = [];
    await serve(async (header, { body, response }) => {
      seen.push(header, body.size, Buffer.from(await body.bytes()).toString());
      response.head(HEAD);
      await response.write(text('one '));
      await response.write(text('two'));
      response.end(END);
      return undefined;
    });
    const frames = await collect(cluster.ingress.call(route, { name: 'a' }, text('body'), inMs(5000)));
    expect(seen).toEqual([{ name: 'a' }, 4, 'body']);
    expect(frames.map((frame) => frame.type)).toEqual(['head', 'data', 'data', 'end']);
    expect(frames[0]).toEqual({ type: 'head', head: HEAD });
    expect(frames[3]).toEqual({ type: 'end', end: END });
    const data = frames.flatMap((frame) => (frame.type === 'data' ? [frame.data] : []));
    expect(Buffer.concat(data).toString()).toBe('one two');
  });

  it('answers without waiting for writes', async () => {
    await serve((_header, { response }) => {
      response.head(HEAD);
      void response.write(Buffer.alloc(WINDOW, 1));
      void response.write(Buffer.alloc(WINDOW, 2));
      response.end(END);
      return Promise.resolve(undefined);
    });
    const frames = await collect(cluster.ingress.call(route, { name: 'a' }, text(''), inMs(5000)));
    const bytes = Buffer.concat(frames.flatMap((frame) => (frame.type === 'data' ? [frame.data] : [])));
    expect([bytes.length, bytes[0], bytes.at(-1)]).toEqual([2 * WINDOW, 1, 2]);
    expect(frames.at(-1)?.type).toBe('end');
  });

  it('carries a body of 20 MB', async () => {
    const body = Buffer.alloc(20 * 1024 * 1024 + 3, 'abcdefg');
    await serve(async (_header, { body: received, response }) => {
      const bytes = await received.bytes();
      response.head({ ...HEAD, headers: { sha: sha([bytes]), size: String(received.size) } });
      response.end(END);
      return undefined;
    });
    const [head] = await collect(cluster.ingress.call(route, { name: 'a' }, body, inMs(20_000)));
    expect(head).toMatchObject({ head: { headers: { sha: sha([body]), size: String(body.length) } } });
  });

  it('never sends more than the window ahead of a slow reader', async () => {
    const total = 50 * 1024 * 1024;
    const piece = Buffer.alloc(100_000, 'x');
    let sent = 0;
    let taken = 0;
    let mostAhead = 0;
    await serve(async (_header, { response }) => {
      response.head(HEAD);
      while (sent < total) {
        await response.write(piece);
        sent += piece.length;
        mostAhead = Math.max(mostAhead, sent - taken);
      }
      response.end(END);
      return undefined;
    });
    let frames = 0;
    let last = '';
    for await (const frame of cluster.ingress.call(route, { name: 'a' }, text(''), inMs(25_000))) {
      last = frame.type;
      if (frame.type === 'data') taken += frame.data.length;
      // A reader that rests now and then, so that the writer runs into the end of its window.
      if ((frames += 1) % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect([taken, last]).toEqual([sent, 'end']);
    expect(mostAhead).toBeLessThanOrEqual(WINDOW);
  });

  it('stops a writer whose reader does not read, and lets it go on when it does', async () => {
    let sent = 0;
    const full = signal();
    await serve(async (_header, { response }) => {
      response.head(HEAD);
      for (let count = 0; count < 4; count += 1) {
        if (sent + 100 * 1024 > WINDOW) full.resolve();
        await response.write(Buffer.alloc(100 * 1024));
        sent += 100 * 1024;
      }
      response.end(END);
      return undefined;
    });
    const reader = cluster.ingress.call(route, { name: 'a' }, text(''), inMs(5000))[Symbol.asyncIterator]();
    await full.promise;
    await allArrived(cluster);
    expect(sent).toBe(200 * 1024);
    let bytes = 0;
    for (let result = await reader.next(); result.done !== true; result = await reader.next()) {
      if (result.value.type === 'data') bytes += result.value.data.length;
    }
    expect(bytes).toBe(400 * 1024);
  });

  it('says at once that nobody serves a call', async () => {
    const started = performance.now();
    const response = cluster.ingress.call(route, { name: 'a' }, text(''), inMs(5000));
    expect(await codeOf(collect(response))).toBe('service_unavailable');
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('carries an error before the head', async () => {
    const error = new GatewayError('all_cooling', 'later', { retryAfterMs: 5000 });
    await serve(() => Promise.reject(error));
    const caught = await collect(cluster.ingress.call(route, { name: 'a' }, text(''), inMs(5000))).catch(
      (reason: unknown) => reason,
    );
    expect((caught as GatewayError).toShape()).toEqual(error.toShape());
  });

  it('carries an error after the head, behind the data that came before it', async () => {
    await serve(async (_header, { response }) => {
      response.head(HEAD);
      await response.write(text('half'));
      throw new GatewayError('upstream_stream_broken', 'cut');
    });
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const frame of cluster.ingress.call(route, { name: 'a' }, text(''), inMs(5000)))
        seen.push(frame.type);
    };
    expect(await codeOf(read())).toBe('upstream_stream_broken');
    expect(seen).toEqual(['head', 'data']);
  });

  it('makes an error of a handler that leaves without an answer', async () => {
    await serve(() => Promise.resolve(undefined));
    const response = cluster.ingress.call(route, { name: 'a' }, text(''), inMs(5000));
    expect(await codeOf(collect(response))).toBe('internal');
  });

  const hanging = (): { handler: CallHandler; context: Promise<CallContext>; reason: Promise<unknown> } => {
    const context = signal<CallContext>();
    const reason = signal<unknown>();
    const handler: CallHandler = async (_header, given) => {
      context.resolve(given);
      given.response.head(HEAD);
      await new Promise((resolve) => given.signal.addEventListener('abort', resolve));
      reason.resolve(given.signal.reason);
      throw given.signal.reason;
    };
    return { handler, context: context.promise, reason: reason.promise };
  };

  it('takes a cancel to the handler, whose writes then fail', async () => {
    const { handler, context, reason } = hanging();
    await serve(handler);
    const response = cluster.ingress.call(route, { name: 'a' }, text(''), inMs(5000));
    const { response: writer } = await context;
    response.cancel();
    response.cancel();
    expect(await reason).toMatchObject({ code: 'cancelled' });
    expect(await codeOf(writer.write(text('late')))).toBe('cancelled');
    expect(await codeOf(collect(response))).toBe('cancelled');
  });

  it('cancels when the reader leaves', async () => {
    const { handler, reason } = hanging();
    await serve(handler);
    for await (const frame of cluster.ingress.call(route, { name: 'a' }, text(''), inMs(5000))) {
      expect(frame.type).toBe('head');
      break;
    }
    expect(await reason).toMatchObject({ code: 'cancelled' });
  });

  it('frees a writer that waits for credit when the call is cancelled', async () => {
    const blocked = signal<Promise<void>>();
    await serve(async (_header, { response }) => {
      response.head(HEAD);
      const write = response.write(Buffer.alloc(2 * WINDOW));
      blocked.resolve(write);
      await write;
      return undefined;
    });
    const response = cluster.ingress.call(route, { name: 'a' }, text(''), inMs(5000));
    const write = codeOf(Promise.resolve(blocked.promise));
    for await (const frame of response) if (frame.type === 'data') break;
    expect(await write).toBe('cancelled');
  });

  it('ends both sides at the deadline', async () => {
    const { handler, reason } = hanging();
    await serve(handler);
    const response = cluster.ingress.call(route, { name: 'a' }, text(''), inMs(60));
    expect(await codeOf(collect(response))).toBe('deadline_exceeded');
    expect(await reason).toMatchObject({ code: 'deadline_exceeded' });
  });

  it('is drained when the running call is over, and takes no other', async () => {
    const begun = signal();
    const finish = signal();
    await serve(async (_header, { response }) => {
      begun.resolve();
      await finish.promise;
      response.head(HEAD);
      response.end(END);
      return undefined;
    });
    const running = collect(cluster.ingress.call(route, { name: 'a' }, text(''), inMs(5000)));
    await begun.promise;
    let isDrained = false;
    const drained = cluster.worker.drain(5000).then(() => {
      isDrained = true;
    });
    expect(await codeOf(collect(cluster.worker.call(route, { name: 'b' }, text(''), inMs(500))))).toBe(
      'draining',
    );
    expect(isDrained).toBe(false);
    finish.resolve();
    expect(await running).toHaveLength(2);
    await drained;
    expect(['draining', 'service_unavailable']).toContain(
      await codeOf(collect(cluster.ingress.call(route, { name: 'c' }, text(''), inMs(500)))),
    );
  });
}
