import type { Dialect } from '@tollgate/contracts';

const NDJSON: ReadonlySet<Dialect> = new Set(['ollama-chat', 'ollama-generate']);

/** The content type of a dialect's streams, as callers get them. */
export const streamType = (dialect: Dialect): string =>
  NDJSON.has(dialect) ? 'application/x-ndjson' : 'text/event-stream; charset=utf-8';
