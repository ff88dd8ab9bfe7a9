import { Client } from 'pg';

/** `query` of pg has a dozen overloads; all that matters here is whether a promise comes back. */
type Query = (...parameters: unknown[]) => unknown;

/**
 * A `pg` client that hangs up when a query times out. Left alone, it would go back to the pool still waiting for the
 * lost answer, and every later query on it would wait behind.
 */
export class BoundedClient extends Client {
  private readonly unboundedQuery = super.query.bind(this) as Query;

  override query = ((...parameters: unknown[]) => {
    const result = this.unboundedQuery(...parameters);
    if (result instanceof Promise) {
      result.catch((error: unknown) => {
        // To end a client in the middle of a query cuts its connection; the pool takes no client back that has ended.
        if (error instanceof Error && error.message === 'Query read timeout') void this.end();
      });
    }
    return result;
  }) as Client['query'];
}
