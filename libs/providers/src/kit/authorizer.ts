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

/** Adds what must be worked out for this very request. */
export async function authorize(request: UpstreamRequest, authorizer: Authorizer): Promise<void> {
  for (const [name, value] of Object.entries(await authorizer.headersFor(request)))
    request.headers.push(name, value);
}
