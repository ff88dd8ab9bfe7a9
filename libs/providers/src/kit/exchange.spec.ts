import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayError, type Clocks } from '@tollgate/contracts';
import type { Dispatcher } from 'undici';
import { Exchange } from './exchange.js';
import { readerTurns } from './reader-turns.js';
import { Transport } from './transport.js';

const LONG = 20_000;
const SHORT = 40;
const clocks = (own: Partial<Clocks> = {}): Clocks => ({
  connectMs: LONG,
  firstTokenMs: LONG,
  idleMs: LONG,
  totalMs: LONG,
  ...own,
});

describe('Exchange', () => {
  let server: Server;
  let transport: Transport;
  let listener: RequestListener;
  /** Resolves when the provider sees its socket closed. */
  let closed: Promise<unknown>;

  beforeEach(async () => {
    transport = new Transport();
    server = createServer((request, response) => {
      closed = once(response, 'close');
      request.resume();
      listener(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    await transport.close();
    server.closeAllConnections();
    server.close();
  });

  const open = (
    own: Partial<Clocks> = {},
    signal = new AbortController().signal,
    maxAnswerBytes = 1_000_000,
  ) => {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new Exchange(
      transport.dispatcherFor('test', origin),
      { origin, path: '/', headers: [], body: Buffer.from('{}') },
      { source: { label: 'Test', secrets: [] }, clocks: clocks(own), signal, maxAnswerBytes },
    );
  };

  it('reads an answer whole', async () => {
    listener = (_request, response) => response.end('hello');
    const exchange = open();
    expect(await exchange.head()).toMatchObject({ status: 200 });
    expect((await exchange.readAll()).toString()).toBe('hello');
    expect(exchange.reached).toBe(true);
  });

  it.each(['099 Odd', '000 Nothing', '101 Switching Protocols'])(
    'refuses status %s at once',
    async (status) => {
      listener = ({ socket }) => socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);
      await expect(open().head()).rejects.toMatchObject({
        code: 'upstream_invalid_response',
        message: expect.stringContaining(
          `BadGatewayError: TestException - The provider answered with status ${String(Number.parseInt(status))}, which`,
        ) as string,
      });
    },
  );

  it('ends when no first byte comes in time, and closes the socket', async () => {
    listener = () => undefined;
    await expect(open({ firstTokenMs: SHORT }).head()).rejects.toMatchObject({
      code: 'upstream_timeout',
      message: `litellm.Timeout: Timeout: TestException - Request timed out: no first token within ${SHORT} ms.`,
    });
    await closed;
  });

  it('ends when the provider falls silent between two chunks', async () => {
    listener = (_request, response) => response.write('first');
    const exchange = open({ idleMs: SHORT });
    await exchange.head();
    await expect(exchange.readAll()).rejects.toMatchObject({ code: 'upstream_timeout' });
    await closed;
  });

  it('does not hold a slow reader against the provider', async () => {
    listener = (_request, response) => {
      response.write('first');
      server.once('finish-now', () => response.end('second'));
    };
    const idleMs = SHORT * 5;
    const exchange = open({ idleMs });
    expect(Buffer.from((await exchange.read()) ?? []).toString()).toBe('first');
    exchange.tokenSeen();
    const reading = exchange.read();
    server.emit('finish-now');
    await reading;
    // The clock that was started for the read above has run out by then.
    await new Promise((resolve) => setTimeout(resolve, idleMs * 2));
    expect(await exchange.read()).toBeNull();
  });

  it('ends at the total clock, however lively the stream is', async () => {
    listener = (_request, response) => {
      const timer = setInterval(() => response.write('x'), 5);
      response.once('close', () => clearInterval(timer));
    };
    await expect(open({ totalMs: SHORT * 5 }).readAll()).rejects.toMatchObject({ code: 'upstream_timeout' });
    await closed;
  });

  it('ends when no connection can be had in time, and was not reached', async () => {
    const origin = 'http://10.255.255.1:9';
    const exchange = new Exchange(
      { dispatch: () => true } as never,
      { origin, path: '/', headers: [], body: Buffer.from('{}') },
      {
        source: { label: 'Test', secrets: [] },
        clocks: clocks({ connectMs: SHORT }),
        signal: new AbortController().signal,
        maxAnswerBytes: 1,
      },
    );
    await expect(exchange.head()).rejects.toMatchObject({ code: 'upstream_timeout' });
    expect(exchange.reached).toBe(false);
  });

  it('was not reached when the connection is refused', async () => {
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const exchange = new Exchange(
      transport.dispatcherFor('test', `http://127.0.0.1:${port}`),
      { origin: `http://127.0.0.1:${port}`, path: '/', headers: [], body: Buffer.from('{}') },
      {
        source: { label: 'Test', secrets: [] },
        clocks: clocks(),
        signal: new AbortController().signal,
        maxAnswerBytes: 1,
      },
    );
    await expect(exchange.head()).rejects.toMatchObject({
      code: 'upstream_connection',
      message: expect.stringContaining('Connection error. (ECONNREFUSED)'),
    });
    expect(exchange.reached).toBe(false);
  });

  it('closes the socket when the call is cancelled', async () => {
    listener = (_request, response) => response.write('first');
    const controller = new AbortController();
    const exchange = open({}, controller.signal);
    await exchange.read();
    controller.abort(new GatewayError('cancelled', 'The caller hung up'));
    await expect(exchange.read()).rejects.toMatchObject({ code: 'cancelled' });
    await closed;
  });

  it('sends nothing when the call is cancelled already', async () => {
    const signal = AbortSignal.abort(new GatewayError('cancelled', 'The caller hung up'));
    const exchange = open({}, signal);
    await expect(exchange.head()).rejects.toMatchObject({ code: 'cancelled' });
    expect(exchange.reached).toBe(false);
  });

  it('reads on when the caller is lost', async () => {
    const controller = new AbortController();
    listener = (_request, response) => {
      response.write('first ');
      controller.abort(new GatewayError('caller_lost', 'The caller is gone'));
      response.end('second');
    };
    const exchange = open({}, controller.signal);
    expect((await exchange.readAll()).toString()).toBe('first second');
  });

  it('tells a cut answer from one that never began', async () => {
    listener = (_request, response) => response.write('half', () => response.destroy());
    await expect(open().readAll()).rejects.toMatchObject({ code: 'upstream_stream_broken' });
    listener = (_request, response) => response.destroy();
    await expect(open().head()).rejects.toMatchObject({ code: 'upstream_connection' });
  });

  it('refuses an answer that is larger than the limit', async () => {
    listener = (_request, response) => response.end('x'.repeat(2_000));
    await expect(open({}, new AbortController().signal, 1_000).readAll()).rejects.toMatchObject({
      code: 'upstream_invalid_response',
    });
  });

  it('stops reading the provider while nobody takes what came', async () => {
    const chunk = Buffer.alloc(65_536);
    let written = 0;
    let stalled: (() => void) | undefined;
    const isStalled = new Promise<void>((resolve) => (stalled = resolve));
    listener = (_request, response) => {
      const more = (): void => {
        while (response.write(chunk)) written += chunk.length;
        const timer = setTimeout(() => stalled?.(), 200);
        response.once('drain', () => {
          clearTimeout(timer);
          more();
        });
      };
      more();
    };
    const controller = new AbortController();
    const exchange = open({}, controller.signal);
    await exchange.head();
    await isStalled;
    // Socket buffers of the kernel are in it too.
    expect(written).toBeLessThan(16_000_000);
    controller.abort(new GatewayError('cancelled', 'enough'));
    await closed;
  });

  describe('at a provider whose socket is looked at', () => {
    let handler!: Dispatcher.DispatchHandler;
    let late: Buffer[];
    let paused: boolean;
    const controller = {
      pause: () => (paused = true),
      // As undici does: what its parser holds is handed over before this returns.
      resume: () => {
        paused = false;
        const next = late.shift();
        if (next !== undefined) handler.onResponseData?.(controller, next);
      },
    } as unknown as Dispatcher.DispatchController;
    const dispatcher = {
      dispatch: (_options: unknown, given: Dispatcher.DispatchHandler) => (handler = given),
    } as unknown as Dispatcher;

    const begin = (): Exchange => {
      const exchange = new Exchange(
        dispatcher,
        { origin: 'http://provider', path: '/', headers: [], body: Buffer.from('{}') },
        {
          source: { label: 'Test', secrets: [] },
          clocks: clocks(),
          signal: new AbortController().signal,
          maxAnswerBytes: 1,
        },
      );
      handler.onRequestStart?.(controller, {});
      return exchange;
    };

    beforeEach(() => {
      late = [];
      paused = false;
    });

    it('reads on after data that came while it resumed', async () => {
      late = [Buffer.alloc(300_000), Buffer.alloc(300_000)];
      const exchange = begin();
      handler.onResponseData?.(controller, Buffer.alloc(300_000));
      expect(paused).toBe(true);
      for (let read = 0; read < 3; read++) expect(await exchange.read()).toHaveLength(300_000);
      expect(paused).toBe(false);
      handler.onResponseEnd?.(controller, {});
      expect(await exchange.read()).toBeNull();
    });

    it('takes what came in its turn, in one piece', async () => {
      const exchange = begin();
      handler.onResponseData?.(controller, Buffer.from('one '));
      handler.onResponseData?.(controller, Buffer.from('piece'));
      expect(exchange.poll()).toBeUndefined();
      expect((await exchange.read())?.toString()).toBe('one piece');
      handler.onResponseData?.(controller, Buffer.from('rest'));
      handler.onResponseEnd?.(controller, {});
      // Nobody has to wait for the last words.
      expect(exchange.poll()?.toString()).toBe('rest');
      expect(exchange.poll()).toBeNull();
    });

    it('leaves what comes to the kernel while many readers wait', async () => {
      const exchange = begin();
      handler.onResponseData?.(controller, Buffer.from('a'));
      for (let reader = 0; reader < 50; reader++) readerTurns.add({ takeTurn: () => undefined });
      expect((await exchange.read())?.toString()).toBe('a');
      expect(paused).toBe(true);
      late = [Buffer.from('b')];
      handler.onResponseData?.(controller, Buffer.from('the next piece'));
      expect((await exchange.read())?.toString()).toBe('the next piece');
      expect((await exchange.read())?.toString()).toBe('b');
      expect(paused).toBe(false);
      handler.onResponseEnd?.(controller, {});
    });
  });
});
