import type { UpstreamRequest } from './exchange.js';

/** Works out the credentials of requests: made once for a deployment, so it may keep tokens for as long as they hold. */
export interface Authorizer {
  /**
   * Headers to be added to a request, lower case. Rejects with `upstream_authentication` when there are no credentials to be had.
   */
  headersFor(request: UpstreamRequest): Promise<Readonly<Record<string, string>>>;
  /** What must not be shown, as far as it is known. */
  readonly secrets: readonly string[];
}
