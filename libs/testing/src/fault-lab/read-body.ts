import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Reads a request's body, at most so many bytes a second when told. Throws when the client goes away. */
export async function readBody(request: IncomingMessage, bytesPerSecond?: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  if (bytesPerSecond === undefined) {
    await new Promise<void>((resolve, reject) => {
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.once('end', resolve);
      request.once('close', () => reject(new Error('The client went away')));
    });
    return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
  }
  const started = Date.now();
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    const ahead = started + (size / bytesPerSecond) * 1000 - Date.now();
    if (ahead > 0) await sleep(ahead);
  }
  return Buffer.concat(chunks);
}
