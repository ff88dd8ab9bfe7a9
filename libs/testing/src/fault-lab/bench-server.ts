import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { answerTo } from './answer.js';
import { DIALECTS } from './dialects.js';
import { readLabRequest } from './lab-request.js';

/** The lab as the upstream of a benchmark. */
export interface BenchServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly port?: number;
  readonly host?: string;
  /** Tokens, and so content events, of an answer. */
  readonly tokens?: number;
  /** Time between a stream's events; all at once unless told. */
  readonly chunkDelayMs?: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/**
 * Answers every POST with one of two precomputed OpenAI responses, JSON or a stream of `tokens` events, as fast as a
 * socket allows: an upstream that shares a core with the load must not be what is measured. No scripts, no statistics.
 */
export async function startBenchServer(options: BenchOptions = {}): Promise<BenchServer> {
  const responses = precompute(options.tokens ?? 32);
  const pacer = options.chunkDelayMs === undefined ? undefined : new Pacer(responses, options.chunkDelayMs);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    serve(socket, responses, pacer);
  });
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${String(port)}`,
    close: async () => {
      pacer?.stop();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Responses {
  readonly json: Buffer;
  readonly stream: Buffer;
  /** Where the stream's parts end in it: the head, each event, the end. */
  readonly ends: readonly number[];
}

interface PacedStream {
  readonly socket: Socket;
  readonly begun: number;
  sentBytes: number;
}

/**
 * Sends the events of many streams, each at its own moment of the beat, from one timer: thousands of timers are slow. Whatever
 * is due to a stream goes out in one write, so a lab that is late catches up instead of falling further behind.
 */
class Pacer {
  private readonly beats: Set<PacedStream>[];
  private readonly started = performance.now();
  private readonly timer: NodeJS.Timeout;
  private beat = 0;

  constructor(
    private readonly responses: Responses,
    private readonly delayMs: number,
  ) {
    this.beats = Array.from({ length: delayMs }, () => new Set());
    this.timer = setInterval(() => this.advance(), 1);
  }

  add(socket: Socket): void {
    this.beats[this.beat % this.delayMs]?.add({ socket, begun: this.beat, sentBytes: 0 });
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private advance(): void {
    const now = Math.ceil(performance.now() - this.started);
    // No stream is visited twice: requests must be read in between, however late the beat is.
    for (let beat = Math.max(this.beat, now - this.delayMs); beat < now; beat++) {
      const streams = this.beats[beat % this.delayMs] ?? new Set();
      for (const stream of streams) if (this.send(stream, now)) streams.delete(stream);
    }
    this.beat = Math.max(this.beat, now);
  }

  /** Sends what is due; returns whether the stream is over. */
  private send(stream: PacedStream, now: number): boolean {
    const { socket, begun, sentBytes } = stream;
    if (socket.destroyed) return true;
    if (socket.writableNeedDrain) return false;
    const { ends, stream: bytes } = this.responses;
    const due = ends[Math.floor((now - 1 - begun) / this.delayMs)] ?? bytes.length;
    if (due > sentBytes) socket.write(bytes.subarray(sentBytes, due));
    stream.sentBytes = due;
    return due === bytes.length;
  }
}

function precompute(tokens: number): Responses {
  const ask = {
    model: 'bench',
    messages: [{ role: 'user', content: 'Hello' }],
    stream_options: { include_usage: true },
  };
  const answer = answerTo(readLabRequest({ dialect: 'openai' }, ask), { tokens }, 'bench0001');
  const json = JSON.stringify(DIALECTS.openai.json(answer));
  const events = [...DIALECTS.openai.stream(answer, true)].map(
    ({ wire }) => `${Buffer.byteLength(wire).toString(16)}\r\n${wire.toString()}\r\n`,
  );
  const head = 'HTTP/1.1 200 OK\r\nx-request-id: req_bench\r\nconnection: keep-alive\r\n';
  const streamHead = `${head}content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n`;
  const parts = [streamHead, ...events, '0\r\n\r\n'].map((part) => Buffer.from(part));
  let end = 0;
  return {
    json: Buffer.from(
      `${head}content-type: application/json\r\ncontent-length: ${String(Buffer.byteLength(json))}\r\n\r\n${json}`,
    ),
    stream: Buffer.concat(parts),
    ends: parts.map(({ length }) => (end += length)),
  };
}

function serve(socket: Socket, responses: Responses, pacer: Pacer | undefined): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (data) => {
    pending = pending.length === 0 ? data : Buffer.concat([pending, data]);
    for (let size = requestSize(pending); size > 0; size = requestSize(pending)) {
      const streamed = /"stream":\s?true/.test(pending.toString('latin1', 0, size));
      if (streamed && pacer !== undefined) pacer.add(socket);
      else socket.write(streamed ? responses.stream : responses.json);
      pending = pending.subarray(size);
    }
  });
}

/** Bytes of the first whole request, 0 while it is incomplete. */
function requestSize(bytes: Buffer): number {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return 0;
  const start = headEnd + HEAD_END.length;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length:\s*(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= start + Number(length) ? start + Number(length) : 0;
  if (!/\r\ntransfer-encoding:\s*chunked/i.test(head)) return start;
  const end = bytes.indexOf(LAST_CHUNK, start);
  return end < 0 ? 0 : end + LAST_CHUNK.length;
}
