import { startEmbedded, type EmbeddedServer } from './embedded-server.js';

const prepared = new Map<string, Promise<EmbeddedServer>>();

/**
 * Begins to start the database of a folder, in its own thread, while this one goes on loading: `openDatabase` then takes it over,
 * and is who hears of a failure.
 */
export function prepareEmbedded(dataDirectory: string): void {
  const server = startEmbedded(dataDirectory);
  server.catch(() => undefined);
  prepared.set(dataDirectory, server);
}

/** The one that was prepared for the folder, or a new one. */
export function takeEmbedded(dataDirectory: string): Promise<EmbeddedServer> {
  const server = prepared.get(dataDirectory) ?? startEmbedded(dataDirectory);
  prepared.delete(dataDirectory);
  return server;
}
