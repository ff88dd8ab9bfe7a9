import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came, for signatures. */
  readonly text: string;
  /** The JSON in it. */
  readonly body: Record<string, unknown>;
}

/** What a receiver does with a request: a status with headers, or it breaks the connection off. */
export type Reception =
  { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'broken' | 'silent';

/** A server that takes webhooks, and can be down. */
export interface WebhookReceiver {
  readonly url: string;
  /** What was accepted (2xx), in order. */
  readonly accepted: readonly ReceivedRequest[];
  /** Every request that came, accepted or not. */
  readonly seen: readonly ReceivedRequest[];
  /** From now on. */
  answer(reception: Reception): void;
  /** Resolves when so many were accepted. */
  accepts(count: number): Promise<readonly ReceivedRequest[]>;
  /** Resolves when so many came. */
  sees(count: number): Promise<readonly ReceivedRequest[]>;
  stop(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const accepted: ReceivedRequest[] = [];
  const seen: ReceivedRequest[] = [];
  const waiting = new Set<() => void>();
  let reception: Reception = { status: 200 };
  const reaches = async (list: readonly ReceivedRequest[], count: number) => {
    while (list.length < count) await new Promise<void>((resolve) => waiting.add(resolve));
    return list;
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body = JSON.parse(text) as Record<string, unknown>;
      const received = { path: request.url ?? '/', headers: request.headers, text, body };
      seen.push(received);
      if (reception === 'broken') request.socket.destroy();
      else if (reception !== 'silent') {
        if (reception.status >= 200 && reception.status < 300) accepted.push(received);
        response.writeHead(reception.status, reception.headers).end('ok');
      }
      for (const wake of waiting) wake();
      waiting.clear();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    accepted,
    seen,
    answer: (next) => {
      reception = next;
    },
    accepts: (count) => reaches(accepted, count),
    sees: (count) => reaches(seen, count),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
