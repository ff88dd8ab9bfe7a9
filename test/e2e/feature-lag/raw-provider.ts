import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface RawAnswer {
  readonly contentType: string;
  readonly body: Buffer;
}

/** A provider that knows no dialect: it says what it was told to say, in pieces of a few bytes, and keeps what it heard. */
export interface RawProvider {
  readonly url: string;
  /** The last request. */
  readonly heard: Heard | undefined;
  answerWith(answer: RawAnswer): void;
  close(): Promise<void>;
}

const PIECE_BYTES = 11;

export async function startRawProvider(): Promise<RawProvider> {
  let heard: Heard | undefined;
  let answer: RawAnswer = { contentType: 'application/json', body: Buffer.from('{}') };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.once('end', () => {
      heard = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString() };
      response.writeHead(200, { 'content-type': answer.contentType });
      for (let at = 0; at < answer.body.length; at += PIECE_BYTES)
        response.write(answer.body.subarray(at, at + PIECE_BYTES));
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get heard() {
      return heard;
    },
    answerWith: (told) => {
      answer = told;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
