import { GatewayError } from '@tollgate/contracts';
import type { Authorizer } from './authorizer.js';
import { upstreamError } from './upstream-error.js';

/** A token as whoever issues them tells it; null: it has none. */
type TokenSource = () => Promise<string | null | undefined>;

/**
 * Adds the token that `read` gives, which knows how long one holds. Calls that come while a token is fetched wait for that one.
 * `secrets` are the credentials that tokens are had for.
 */
export class BearerTokens implements Authorizer {
  private fetching: Promise<string> | null = null;
  private token: string | null = null;

  constructor(
    private readonly label: string,
    private readonly credentials: readonly string[],
    private readonly read: TokenSource,
  ) {}

  get secrets(): readonly string[] {
    return this.token === null ? this.credentials : [...this.credentials, this.token];
  }

  async headersFor(): Promise<Readonly<Record<string, string>>> {
    this.fetching ??= this.fetch().finally(() => {
      this.fetching = null;
    });
    return { authorization: `Bearer ${await this.fetching}` };
  }

  private async fetch(): Promise<string> {
    try {
      const token = await this.read();
      if (typeof token !== 'string' || token === '') throw new Error('no token was given');
      this.token = token;
      return token;
    } catch (cause) {
      throw this.failure(cause);
    }
  }

  private failure(cause: unknown): GatewayError {
    if (cause instanceof GatewayError) return cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const { label, secrets } = this;
    return upstreamError(
      'upstream_authentication',
      'AuthenticationError',
      `No access token could be had: ${reason}`,
      { label, secrets, cause },
    );
  }
}
