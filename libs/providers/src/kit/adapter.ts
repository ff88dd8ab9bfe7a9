import type { Json } from '@tollgate/dialects';

/** What an endpoint is asked, in the words of its dialect. */
export interface DialectRequest {
  readonly body: Uint8Array;
  /** Of a form, with its boundary; undefined: JSON. */
  readonly contentType: string | undefined;
  /** Leave out what has no counterpart instead of refusing it. */
  readonly dropParams: boolean;
}

export interface AdaptedRequest {
  /** What the endpoint's path goes on with. */
  readonly path: string;
  readonly body: Uint8Array;
  readonly contentType: string;
}

/**
 * Puts the requests of a dialect in a provider's own form, for endpoints that no caller speaks: parts of the request in the path,
 * files without a form around them.
 */
export interface Adapter {
  /** Pure. Throws GatewayErrors of the 400 kind for what cannot be put so. */
  request(request: DialectRequest): AdaptedRequest;
  /** The answer in the words of the dialect. Absent: it is the same in every form (sound). */
  answer?(answer: Json): Json;
}
