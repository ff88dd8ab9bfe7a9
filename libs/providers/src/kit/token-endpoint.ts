import { BearerTokens } from './bearer-tokens.js';

type Form = Readonly<Record<string, string>>;

/** Where access tokens are had for credentials (OAuth's client credentials and the like). */
export interface TokenEndpoint {
  readonly label: string;
  readonly url: string;
  /** Made anew for each token, where what proves the identity changes. */
  readonly form: Form | (() => Promise<Form>);
  /** Lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What of the above must not be shown. */
  readonly secrets: readonly string[];
}

interface Token {
  readonly text: string;
  readonly endsAt: number;
}

/** A token is had anew so long before it ends, or after half of a shorter life. */
const RENEWAL_MS = 5 * 60_000;
const TIMEOUT_MS = 10_000;
const DEFAULT_LIFE_S = 3_600;

/** Bearer tokens of such an endpoint, each kept until shortly before it ends. */
export function tokensOf(endpoint: TokenEndpoint): BearerTokens {
  let token: Token | null = null;
  return new BearerTokens(endpoint.label, endpoint.secrets, async () => {
    if (token === null || token.endsAt <= Date.now()) token = await fetchToken(endpoint);
    return token.text;
  });
}

async function fetchToken({ url, form, headers }: TokenEndpoint): Promise<Token> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/json', ...headers },
    body: new URLSearchParams(typeof form === 'function' ? await form() : form),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`status ${response.status}: ${text.slice(0, 500)}`);
  const { access_token: token, expires_in: life } = parsed(text);
  if (typeof token !== 'string' || token === '') throw new Error('no token was given');
  const lifeMs = Number(life ?? DEFAULT_LIFE_S) * 1_000;
  return { text: token, endsAt: Date.now() + lifeMs - Math.min(RENEWAL_MS, lifeMs / 2) };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
