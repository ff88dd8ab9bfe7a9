import { GatewayError, NO_USAGE, type Outcome, type PartialAnswer } from '@tollgate/contracts';
import type { CallContext, CallHandler, CallResponse, ResponseFrame } from '../bus.js';
import {
  END,
  GOOD,
  HEAD,
  allArrived,
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
const BROKEN = { code: 'upstream_stream_broken', message: 'cut' } as const;
const partialOf = (value: string): PartialAnswer => ({
  text: value,
  responseId: 'r',
  created: 1,
  usage: NO_USAGE,
});

/** Answers that one attempt begins and another goes on with. */
export function continuationSuite(harness: BusHarness): void {
  let cluster: Cluster;
  let outcomes: Outcome[];
  beforeEach(async () => {
    cluster = await harness.open();
    outcomes = [];
  });
  afterEach(async () => {
    await cluster.close();
  });

  const serveWorker = (targets: Record<string, CallHandler>): Promise<void> => {
    const named = Object.entries(targets).map(
      ([name, handler]) => [`test.attempt.${name}`, handler] as const,
    );
    return cluster.worker.serve(handlers('worker', calls(Object.fromEntries(named))));
  };
  const serveRouter = (handler: CallHandler): Promise<void> =>
    cluster.router.serve(handlers('router', calls({ [route.subject]: handler })));
  const call = (): CallResponse => cluster.ingress.call(route, { name: 'a' }, text('body'), inMs(10_000));
  const forward = async (context: CallContext, target: string): Promise<Outcome> => {
    const outcome = await context.forward(attempt, target, { name: target });
    outcomes.push(outcome);
    return outcome;
  };
  /** Goes from one target to the next as long as answers break off, then fails with the last error. */
  const inTurn =
    (...targets: readonly string[]): CallHandler =>
    async (_header, context) => {
      for (const target of targets) {
        const outcome = await forward(context, target);
        if (outcome.delivered && outcome.partial === undefined) return outcome;
      }
      const error = outcomes.at(-1)?.error;
      throw error ? GatewayError.fromShape(error) : new GatewayError('internal', 'no target');
    };
  const breakingOff: CallHandler = async (header, { response }) => {
    const { name } = header as { name: string };
    response.head({ ...HEAD, provider: name });
    await response.write(text(`${name} `));
    response.yield();
    return { ...GOOD, error: BROKEN, partial: partialOf(name) };
  };
  const answering: CallHandler = async (header, { response }) => {
    const { name } = header as { name: string };
    response.head({ ...HEAD, provider: name });
    await response.write(text(name));
    response.end(END);
    return GOOD;
  };
  const refusing: CallHandler = () => Promise.reject(new GatewayError('upstream_error', 'refused'));
  const told = (frames: readonly ResponseFrame[]): string[] =>
    frames.map((frame) => {
      if (frame.type === 'head') return `<${frame.head.provider}>`;
      return frame.type === 'data' ? Buffer.from(frame.data).toString() : frame.type;
    });
  /** What was read before the call failed, and with which code. */
  const readUntilError = async (response: CallResponse): Promise<[string[], unknown]> => {
    const frames: ResponseFrame[] = [];
    const read = async (): Promise<void> => {
      for await (const frame of response) frames.push(frame);
    };
    const code = await codeOf(read());
    return [told(frames), code];
  };

  it('lets another attempt go on where one broke off', async () => {
    await serveWorker({ one: breakingOff, two: answering });
    await serveRouter(inTurn('one', 'two'));
    expect(told(await collect(call()))).toEqual(['<one>', 'one ', '<two>', 'two', 'end']);
    await cluster.router.drain(5000);
    expect(outcomes).toEqual([{ ...GOOD, error: BROKEN, partial: partialOf('one') }, GOOD]);
  });

  it('goes on several times, past attempts that fail before their head', async () => {
    await serveWorker({ one: breakingOff, bad: refusing, two: breakingOff, three: answering });
    await serveRouter(inTurn('one', 'bad', 'nobody', 'two', 'bad', 'three'));
    const expected = ['<one>', 'one ', '<two>', 'two ', '<three>', 'three', 'end'];
    expect(told(await collect(call()))).toEqual(expected);
    await cluster.router.drain(5000);
    expect(outcomes.map(({ delivered, partial }) => [delivered, partial?.text])).toEqual([
      [true, 'one'],
      [false, undefined],
      [false, undefined],
      [true, 'two'],
      [false, undefined],
      [true, undefined],
    ]);
  });

  it('ends in the forwarder’s error when nobody goes on', async () => {
    await serveWorker({ one: breakingOff, bad: refusing });
    await serveRouter(inTurn('one', 'bad'));
    expect(await readUntilError(call())).toEqual([['<one>', 'one '], 'upstream_error']);
  });

  it('ends in the attempt’s error when the forwarder leaves it at that', async () => {
    await serveWorker({ one: breakingOff });
    await serveRouter((_header, context) => forward(context, 'one'));
    expect(await readUntilError(call())).toEqual([['<one>', 'one '], BROKEN.code]);
  });

  it('ends in the error of an attempt that goes on and breaks for good', async () => {
    const breaking: CallHandler = async (_header, { response }) => {
      response.head({ ...HEAD, provider: 'two' });
      await response.write(text('more'));
      throw new GatewayError('upstream_timeout', 'silence');
    };
    await serveWorker({ one: breakingOff, two: breaking });
    await serveRouter(inTurn('one', 'two'));
    expect(await readUntilError(call())).toEqual([['<one>', 'one ', '<two>', 'more'], 'upstream_timeout']);
    await cluster.router.drain(5000);
    expect(outcomes[1]).toMatchObject({ delivered: true, error: { code: 'upstream_timeout' } });
  });

  it('makes an error of breaking off where nobody could go on', async () => {
    const withoutPartial: CallHandler = (_header, { response }) => {
      response.head(HEAD);
      response.yield();
      return Promise.resolve({ ...GOOD, error: BROKEN });
    };
    const inOneTurn: CallHandler = (_header, { response }) => {
      response.yield();
      return Promise.resolve({ ...GOOD, delivered: false, error: BROKEN, partial: partialOf('') });
    };
    await serveWorker({ one: withoutPartial, two: inOneTurn });
    await serveRouter((header, context) => forward(context, (header as { name: string }).name));
    const callFor = (name: string): CallResponse =>
      cluster.ingress.call(route, { name }, text(''), inMs(10_000));
    expect(await codeOf(collect(callFor('one')))).toBe(BROKEN.code);
    expect(await codeOf(collect(callFor('two')))).toBe(BROKEN.code);
    await cluster.router.drain(5000);
    expect(outcomes.map(({ delivered, partial }) => [delivered, partial])).toEqual([
      [true, undefined],
      [false, undefined],
    ]);
  });

  it.each([500, 700])(
    'goes on from an answer of %i KB, with a body as large as travels with a call',
    async (kilobytes) => {
      const body = Buffer.alloc(512 * 1024, 'b');
      const long = 'ü'.repeat(kilobytes * 512);
      await serveWorker({
        one: async (_header, { response }) => {
          response.head(HEAD);
          response.yield();
          return Promise.resolve({ ...GOOD, error: BROKEN, partial: partialOf(long) });
        },
        two: async (header, { body: received, response }) => {
          const { name } = header as { name: string };
          response.head({ ...HEAD, provider: name.slice(0, 3) });
          const isWhole = name.slice(3) === long && body.equals(await received.bytes());
          await response.write(text(isWhole ? 'whole' : 'cut'));
          response.end(END);
          return GOOD;
        },
      });
      await serveRouter(async (_header, context) => {
        const first = await forward(context, 'one');
        return context.forward(attempt, 'two', { name: `two${first.partial?.text ?? ''}` });
      });
      const response = cluster.ingress.call(route, { name: 'a' }, body, inMs(10_000));
      expect(told(await collect(response))).toEqual(['<provider>', '<two>', 'whole', 'end']);
    },
  );

  it('makes an error of breaking off at first hand', async () => {
    await serveRouter(breakingOff);
    expect(await readUntilError(call())).toEqual([['<a>', 'a '], BROKEN.code]);
  });

  it('has no more than the window under way for a reader that does not read, whoever writes', async () => {
    const piece = Buffer.alloc(WINDOW / 16, 'x');
    const total = 8 * WINDOW;
    const full = signal();
    let sent = 0;
    const writer =
      (until: number, ends: boolean): CallHandler =>
      async (_header, { response }) => {
        response.head(HEAD);
        while (sent < until) {
          if (sent + piece.length >= WINDOW) full.resolve();
          await response.write(piece);
          sent += piece.length;
        }
        if (ends) response.end(END);
        else response.yield();
        return ends ? GOOD : { ...GOOD, error: BROKEN, partial: partialOf('') };
      };
    await serveWorker({
      one: writer(WINDOW / 2, false),
      two: writer(WINDOW - piece.length, false),
      three: writer(3 * WINDOW, false),
      four: writer(total, true),
    });
    await serveRouter(inTurn('one', 'two', 'three', 'four'));
    const reader = call()[Symbol.asyncIterator]();
    await full.promise;
    await allArrived(cluster);
    expect(sent).toBe(WINDOW - piece.length);
    let taken = 0;
    let last = '';
    for (let result = await reader.next(); result.done !== true; result = await reader.next()) {
      last = result.value.type;
      if (result.value.type === 'data') taken += result.value.data.length;
      expect(sent - taken).toBeLessThanOrEqual(WINDOW);
    }
    expect([taken, last]).toEqual([total, 'end']);
  });

  it('lets nobody in that began before the answer broke off', async () => {
    const yielded = signal();
    const late: CallHandler = async (_header, { response, signal: aborted }) => {
      await yielded.promise;
      response.head({ ...HEAD, provider: 'late' });
      await response.write(text('from the beginning'));
      if (!aborted.aborted) await new Promise((resolve) => aborted.addEventListener('abort', resolve));
      throw aborted.reason;
    };
    await serveWorker({ one: breakingOff, late, two: answering });
    const lost = signal<Outcome>();
    await serveRouter(async (_header, context) => {
      const beside = forward(context, 'late').then(lost.resolve);
      const first = await forward(context, 'one');
      yielded.resolve();
      await beside;
      return first.partial === undefined ? first : forward(context, 'two');
    });
    expect(told(await collect(call()))).toEqual(['<one>', 'one ', '<two>', 'two', 'end']);
    expect(await lost.promise).toMatchObject({ error: { code: 'cancelled' } });
  });

  it('takes a cancel to the attempt that goes on', async () => {
    const begun = signal();
    const reason = signal<unknown>();
    const hanging: CallHandler = async (_header, { response, signal: aborted }) => {
      response.head(HEAD);
      begun.resolve();
      await new Promise((resolve) => aborted.addEventListener('abort', resolve));
      reason.resolve(aborted.reason);
      throw aborted.reason;
    };
    await serveWorker({ one: breakingOff, two: hanging });
    await serveRouter(inTurn('one', 'two'));
    const response = call();
    await begun.promise;
    response.cancel();
    expect(await reason.promise).toMatchObject({ code: 'cancelled' });
    expect(await codeOf(collect(response))).toBe('cancelled');
  });

  it('takes a cancel between two attempts to the forwarder, which then reaches no other', async () => {
    const between = signal();
    await serveWorker({ one: breakingOff, two: answering });
    await serveRouter(async (_header, context) => {
      await forward(context, 'one');
      const cancelled = new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      between.resolve();
      await cancelled;
      return forward(context, 'two');
    });
    const response = call();
    await between.promise;
    response.cancel();
    expect(await codeOf(collect(response))).toBe('cancelled');
    await cluster.router.drain(5000);
    expect(outcomes[1]).toMatchObject({ delivered: false, error: { code: 'cancelled' } });
  });

  it('breaks off behind everything that was written, however slow the reader', async () => {
    const large: CallHandler = async (_header, { response }) => {
      response.head({ ...HEAD, provider: 'one' });
      void response.write(Buffer.alloc(3 * WINDOW, 'x'));
      response.yield();
      await Promise.resolve();
      return { ...GOOD, error: BROKEN, partial: partialOf('x') };
    };
    await serveWorker({ one: large, two: answering });
    await serveRouter(inTurn('one', 'two'));
    const frames = await collect(call());
    const bytes = frames.map((frame) => (frame.type === 'data' ? frame.data.length : 0));
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBe(3 * WINDOW + 3);
    expect(told(frames.slice(-3))).toEqual(['<two>', 'two', 'end']);
  });
}
