import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const DIMENSIONS = 64;

/** A provider of vectors, which are alike as far as texts have the same words. */
export interface Embedder {
  /** With OpenAI's `/v1`. */
  readonly url: string;
  readonly calls: number;
  close(): Promise<void>;
}

export async function startEmbedder(): Promise<Embedder> {
  let calls = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      calls += 1;
      const { input, model } = JSON.parse(Buffer.concat(parts).toString()) as {
        input: unknown;
        model: string;
      };
      const texts = [input].flat().map(String);
      const data = texts.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) }));
      const tokens = texts.join(' ').length;
      const usage = { prompt_tokens: tokens, total_tokens: tokens };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', model, data, usage }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/v1`,
    get calls() {
      return calls;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** How often a text has each word, of which several share a place. */
function vectorOf(text: string): number[] {
  const vector = Array.from({ length: DIMENSIONS }, () => 0);
  for (const word of text.toLowerCase().match(/\w+/g) ?? []) {
    let hash = 7;
    for (const letter of word) hash = (hash * 31 + letter.charCodeAt(0)) % 65_521;
    vector[hash % DIMENSIONS]! += 1;
  }
  return vector;
}
