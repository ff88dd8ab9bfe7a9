import { Client } from 'pg';

/**
 * A `pg` client that hangs up when a query times out. Left alone, it would go back to the pool still waiting for the
 * lost answer, and every later query on it would wait behind.
 */
export class BoundedClient extends Client {
  // NOTE `query` of pg has a dozen overloads; all that matters here is whether a promise comes back.
  override query = ((...parameters: Parameters<Client['query']>): unknown => {
    const result: unknown = Reflect.apply(Client.prototype.query, this, parameters);
    if (result instanceof Promise) {
      result.catch((error: { message?: unknown }) => {
        // To end a client in the middle of a query cuts its connection; the pool takes no client back that has ended.
        if (error.message === 'Query read timeout') void this.end();
      });
    }
    return result;
  }) as Client['query'];
}
