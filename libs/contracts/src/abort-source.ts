/**
 * What is asked of an `AbortSignal` by those who only listen. A real one satisfies it; it costs so much to make that calls,
 * most of which end without anybody aborting them, have a lighter one.
 */
export interface AbortSource {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
