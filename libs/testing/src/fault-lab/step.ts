/** What happens to one request. Everything absent is well-behaved. Bytes are those of the response body. */
export interface Step {
  /** 200 unless told. From 400 on an error of the dialect, unless `body` is given. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent instead of an answer; an object is sent as JSON. */
  readonly body?: unknown;
  /** Silence before the head of the response. */
  readonly delayMs?: number;
  /** The answer's text, instead of the echo. */
  readonly text?: string;
  /** What tools are called with, instead of samples of their schemas. */
  readonly toolArguments?: Readonly<Record<string, unknown>>;
  /** Length of the answer. A token is exactly four ASCII characters. */
  readonly tokens?: number;
  /** Length of the answer in bytes of text, for long streams. */
  readonly totalBytes?: number;
  /** Bytes of text in a chunk of a stream, 4 unless told. */
  readonly chunkBytes?: number;
  readonly chunkDelayMs?: number;
  readonly tokensPerSecond?: number;
  /** Of the prompt's tokens: those reported as read from, or written to, the provider's cache. */
  readonly cachedTokens?: number;
  readonly cacheWriteTokens?: number;
  /** The socket is reset. */
  readonly resetAfterBytes?: number;
  /** The response ends in good order, but too early. */
  readonly endAfterBytes?: number;
  /** Nothing more is sent; the connection stays open. */
  readonly stallAfterBytes?: number;
  /** Index of an event of the stream which is not JSON. */
  readonly malformedChunkAt?: number;
  /** Index of an event after half of which the response ends. */
  readonly truncatedChunkAt?: number;
  /** Index of an event in whose place the provider reports an error and ends. */
  readonly errorEventAt?: number;
  /** Without `[DONE]`, `message_stop` or the `done` line. */
  readonly noDone?: boolean;
  /** Without `noDone`'s and without the reason of the finish. */
  readonly noFinish?: boolean;
  readonly noUsage?: boolean;
  /** An answer that goes on from its beginning says that again first. */
  readonly repeatsBeginning?: boolean;
  /** The request's body is read at this speed. Works by header or by path, since the model is in the body. */
  readonly readBytesPerSecond?: number;
}

const NUMBER_NAMES: readonly (keyof Step)[] = [
  ...([
    'status',
    'delayMs',
    'tokens',
    'totalBytes',
    'chunkBytes',
    'chunkDelayMs',
    'tokensPerSecond',
  ] as const),
  ...(['cachedTokens', 'cacheWriteTokens', 'resetAfterBytes', 'endAfterBytes', 'stallAfterBytes'] as const),
  ...(['malformedChunkAt', 'truncatedChunkAt', 'errorEventAt', 'readBytesPerSecond'] as const),
];
const FLAG_NAMES: readonly (keyof Step)[] = ['noDone', 'noFinish', 'noUsage', 'repeatsBeginning'];
const OTHER_NAMES: readonly (keyof Step)[] = ['headers', 'body', 'text', 'toolArguments'];
const NUMBERS = new Set<string>(NUMBER_NAMES);
const FLAGS = new Set<string>(FLAG_NAMES);
const OTHERS = new Set<string>(OTHER_NAMES);

/** A step that came over the wire. Throws a TypeError which names what is wrong. */
export function parseStep(value: unknown): Step {
  if (typeof value !== 'object' || value === null) throw new TypeError('A step must be an object');
  for (const [name, setting] of Object.entries(value)) {
    if (NUMBERS.has(name)) {
      if (typeof setting !== 'number' || !(setting >= 0)) throw new TypeError(`${name} must be a number`);
    } else if (FLAGS.has(name)) {
      if (typeof setting !== 'boolean') throw new TypeError(`${name} must be true or false`);
    } else if (!OTHERS.has(name)) {
      throw new TypeError(`A step has no ${name}`);
    }
  }
  return value;
}

/**
 * The step in a model's name: `demo?status=429&headers.retry-after=1`. Undefined when the name has none; throws a
 * TypeError when it is wrong.
 */
export function stepOfModel(model: string): Step | undefined {
  const at = model.indexOf('?');
  if (at < 0) return undefined;
  const step: Record<string, unknown> = {};
  const headers: Record<string, string> = {};
  for (const [name, text] of new URLSearchParams(model.slice(at + 1))) {
    if (name.startsWith('headers.')) headers[name.slice(8)] = text;
    else if (NUMBERS.has(name)) step[name] = Number(text);
    else step[name] = FLAGS.has(name) ? text !== 'false' : text;
  }
  return parseStep(Object.keys(headers).length > 0 ? { ...step, headers } : step);
}
