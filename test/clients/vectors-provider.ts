import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';

/** What a text is to the provider; exact in 32 bits. */
export const vectorOf = (text: string): number[] => [text.length, text.charCodeAt(0), 0.5];

interface Asked {
  readonly input?: string | string[];
  readonly encoding_format?: string;
  readonly texts?: string[];
  readonly requests?: readonly Content[];
}

interface Content {
  readonly content: { readonly parts: readonly { readonly text: string }[] };
}

const listOf = (input: string | readonly string[] = []): readonly string[] => [input].flat();
const base64 = (vector: number[]): string => Buffer.from(Float32Array.from(vector).buffer).toString('base64');
const valuesOf = ({ parts }: Content['content']) => ({ values: vectorOf(parts[0]!.text) });

/** Answers by the end of the path. */
const ANSWERS: Readonly<Record<string, (asked: Asked) => object>> = {
  '/v1/embeddings': ({ input, encoding_format: format }) => ({
    object: 'list',
    data: listOf(input).map((text, index) => {
      const vector = vectorOf(text);
      return { object: 'embedding', index, embedding: format === 'base64' ? base64(vector) : vector };
    }),
    usage: { prompt_tokens: 2, total_tokens: 2 },
  }),
  ':batchEmbedContents': ({ requests = [] }) => ({
    embeddings: requests.map(({ content }) => valuesOf(content)),
  }),
  '/v2/embed': ({ texts = [] }) => ({
    id: 'e',
    embeddings: { float: texts.map(vectorOf) },
    meta: { billed_units: { input_tokens: 2 } },
  }),
  '/api/embed': ({ input }) => ({ embeddings: listOf(input).map(vectorOf), prompt_eval_count: 2 }),
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = Object.keys(ANSWERS).find((end) => request.url!.split('?')[0]!.endsWith(end));
  const asked = JSON.parse(await textOf(request)) as Asked;
  response.writeHead(path === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(path === undefined ? {} : ANSWERS[path]!(asked)));
}

export interface VectorsProvider {
  readonly url: string;
  close(): Promise<void>;
}

/** A provider of embeddings in the dialects of OpenAI, Gemini, Cohere and Ollama. */
export async function startVectorsProvider(): Promise<VectorsProvider> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
