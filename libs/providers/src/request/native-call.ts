import type { Dialect, NativeRequest } from '@tollgate/contracts';

/** A request of a provider's own API. */
export interface NativeCall {
  readonly attemptId: string;
  readonly native: NativeRequest;
  /** The provider's name of the model; empty where the request is about none. */
  readonly upstreamModel: string;
  /** How the answer is read for the bill. */
  readonly dialect: Dialect;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType?: string | undefined;
  readonly body: Uint8Array;
}
