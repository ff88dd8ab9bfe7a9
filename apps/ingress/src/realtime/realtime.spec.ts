import { GatewayError, realtimeInput, type SessionInput } from '@tollgate/contracts';
import type { ResponseFrame } from '@tollgate/bus';
import type { Guardrail } from '@tollgate/config';
import { SessionRecordDecoder, encodeSessionRecord, type SessionRecord } from '@tollgate/websocket';
import { WebSocket } from 'ws';
import { END, HEAD, MASTER_KEY, startIngress, type Harness } from '../_harness.js';
import { chosenProtocol, takeHeadersOfProtocols } from './subprotocols.js';

const PATH = '/v1/realtime?model=chat-default';
const OPEN: ResponseFrame = { type: 'head', head: { ...HEAD, status: 101, address: 'worker-7' } };

const said = (text: string): ResponseFrame => ({
  type: 'data',
  data: encodeSessionRecord({ kind: 'text', data: Buffer.from(text) }),
});

const isAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

/** What ingress told the worker, put together again. */
class Heard {
  readonly inputs: SessionInput[] = [];
  readonly records: SessionRecord[] = [];
  private readonly decoder = new SessionRecordDecoder();

  take(input: SessionInput): object {
    this.inputs.push(input);
    this.records.push(...this.decoder.push(Buffer.from(input.data, 'base64')));
    return {};
  }
}

/** Listens from the first: messages may come with the answer to the upgrade. */
class Client {
  readonly first: Promise<string>;
  readonly closed: Promise<number>;
  readonly headers: Promise<object>;
  /** Of an answer that is no upgrade. */
  readonly refused: Promise<number | undefined>;
  readonly opened: Promise<void>;

  constructor(readonly socket: WebSocket) {
    socket.on('error', () => undefined);
    this.first = new Promise((resolve) =>
      socket.on('message', (data) => resolve((data as Buffer).toString())),
    );
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    this.headers = new Promise((resolve) => socket.on('upgrade', (answer) => resolve(answer.headers)));
    this.opened = new Promise((resolve) => socket.on('open', resolve));
    this.refused = new Promise((resolve) =>
      socket.on('unexpected-response', (_request, answer) => {
        resolve(answer.statusCode);
        socket.terminate();
      }),
    );
  }
}

describe('a realtime session at ingress', () => {
  let ingress: Harness;
  let heard: Heard;
  beforeEach(() => {
    heard = new Heard();
  });
  afterEach(() => ingress.close());

  const start = async (...harness: Parameters<typeof startIngress>): Promise<void> => {
    ingress = await startIngress(...harness);
    ingress.bus.reply(realtimeInput, (input) => heard.take(input));
  };
  const connect = (): Client =>
    new Client(
      new WebSocket(ingress.url.replace('http', 'ws') + PATH, {
        headers: { authorization: `Bearer ${MASTER_KEY}` },
      }),
    );

  it('brings a long message to its worker in pieces, each when the one before has been taken', async () => {
    await start();
    let atOnce = 0;
    let most = 0;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    ingress.bus.reply(realtimeInput, async (input) => {
      most = Math.max(most, (atOnce += 1));
      await new Promise(setImmediate);
      atOnce -= 1;
      return heard.take(input);
    });
    ingress.bus.frames = async function* (signal) {
      yield OPEN;
      while (heard.records.at(-1)?.kind !== 'close' && !signal.aborted) await new Promise(setImmediate);
      end();
      yield END;
    };
    const { socket, opened, closed } = connect();
    await opened;
    const messages = ['first', 'x'.repeat(700_000), 'last'];
    for (const message of messages) socket.send(message);
    socket.close(3000, 'enough');
    expect(await closed).toBe(3000);
    await ended;
    expect(most).toBe(1);
    expect(heard.records).toEqual([
      ...messages.map((message) => ({ kind: 'text', data: Buffer.from(message) })),
      { kind: 'close', code: 3000, reason: 'enough' },
    ]);
    const sizes = heard.inputs.map(({ data }) => Buffer.from(data, 'base64').length);
    expect(Math.max(...sizes)).toBe(256 * 1024);
    let position = 0;
    for (const [index, input] of heard.inputs.entries()) {
      expect([input.attemptId, input.position]).toEqual([HEAD.attemptId, position]);
      position += sizes[index]!;
    }
  });

  it('agrees to the upgrade with the headers of the call, and only then', async () => {
    await start();
    let isOpen = false;
    ingress.bus.frames = async function* (signal) {
      // Others are answered meanwhile: this one would be too.
      await (await ingress.get('/health/liveliness')).text();
      expect(isOpen).toBe(false);
      yield OPEN;
      yield said('{"type":"session.created"}');
      await isAborted(signal);
    };
    const { socket, headers, first } = connect();
    socket.on('open', () => (isOpen = true));
    expect(await headers).toMatchObject({ 'x-tollgate-provider': 'openai' });
    expect(await first).toBe('{"type":"session.created"}');
    expect(ingress.bus.calls[0]!.header).toMatchObject({ dialect: 'openai-realtime', stream: true });
    socket.terminate();
  });

  it('ends with an error event when its worker is gone', async () => {
    await start();
    ingress.bus.reply(realtimeInput, () => Promise.reject(new GatewayError('service_unavailable', 'nobody')));
    ingress.bus.frames = async function* (signal) {
      yield OPEN;
      await isAborted(signal);
      throw new GatewayError('cancelled', 'cancelled');
    };
    const { socket, opened, first, closed } = connect();
    await opened;
    socket.send('{}');
    expect(JSON.parse(await first)).toMatchObject({ type: 'error', error: { code: 'service_lost' } });
    expect(await closed).toBe(1011);
    expect(ingress.bus.calls[0]!.cancelled).toBe(true);
  });

  it.each([
    ['draining', 1001],
    ['deadline_exceeded', 1001],
    ['budget_exceeded', 1008],
    ['upstream_stream_broken', 1011],
  ] as const)('%s: an error event, then %i', async (code, closeCode) => {
    await start();
    ingress.bus.frames = async function* () {
      yield OPEN;
      throw new GatewayError(code, 'for a reason');
    };
    const { first, closed } = connect();
    expect(JSON.parse(await first)).toMatchObject({ error: { code, message: 'for a reason' } });
    expect(await closed).toBe(closeCode);
  });

  it('is begun anew when its router is lost before it was open', async () => {
    await start();
    let sendings = 0;
    ingress.bus.frames = async function* (signal) {
      sendings += 1;
      if (sendings === 1) throw new GatewayError('service_lost', 'The router is gone');
      yield OPEN;
      await isAborted(signal);
    };
    const { socket, opened } = connect();
    await opened;
    expect(sendings).toBe(2);
    socket.terminate();
  });

  it('is refused where a guardrail would have to follow it', async () => {
    const guardrail: Guardrail = {
      ...{ name: 'watch', label: 'patterns', info: null, isDefault: true },
      modes: new Set(['pre_call']),
      rule: { kind: 'patterns', patterns: [] },
    };
    await start({}, { guardrails: new Map([['watch', guardrail]]) });
    expect(await connect().refused).toBe(503);
    expect(ingress.bus.calls).toEqual([]);
  });
});

describe('subprotocols', () => {
  it('tell the key and the version, and which of them to agree to', () => {
    const headers = {
      'sec-websocket-protocol': 'realtime, openai-insecure-api-key.sk-one, openai-beta.realtime-v1',
    };
    takeHeadersOfProtocols(headers);
    expect(headers).toMatchObject({ authorization: 'Bearer sk-one', 'openai-beta': 'realtime=v1' });
    expect(chosenProtocol(headers)).toBe('realtime');
  });

  it('leave headers alone, and are none where none is offered but secrets', () => {
    const headers = {
      authorization: 'Bearer sk-two',
      'sec-websocket-protocol': 'openai-insecure-api-key.sk-one',
    };
    takeHeadersOfProtocols(headers);
    expect(headers.authorization).toBe('Bearer sk-two');
    expect(chosenProtocol(headers)).toBeNull();
    expect(chosenProtocol({})).toBeNull();
  });
});
