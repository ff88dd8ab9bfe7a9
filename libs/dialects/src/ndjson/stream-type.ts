import type { Dialect } from '@tollgate/contracts';

const NDJSON: ReadonlySet<Dialect> = new Set(['ollama-chat', 'ollama-generate']);

/** Whether callers of a dialect get its streams as lines of JSON; else they are server-sent events. */
export const streamsLines = (dialect: Dialect): boolean => NDJSON.has(dialect);

/** The content type of a dialect's streams, as callers get them. */
export const streamType = (dialect: Dialect): string =>
  streamsLines(dialect) ? 'application/x-ndjson' : 'text/event-stream; charset=utf-8';
