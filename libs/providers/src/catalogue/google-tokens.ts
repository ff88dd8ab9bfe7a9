import type { GoogleAuth } from 'google-auth-library';
import type { Authorizer } from '../kit/authorizer.js';
import { BearerTokens } from '../kit/bearer-tokens.js';
import type { GoogleCredentials } from './google-credentials.js';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** Fields of credentials that must not be shown. */
const SECRET_FIELDS = ['private_key', 'refresh_token', 'client_secret'];

/**
 * Access tokens for Google Cloud, of the given credentials or of the machine's own. Google's library keeps a token, and has
 * another before it ends.
 */
export function googleTokens(
  label: string,
  credentials: GoogleCredentials | null,
  fetchImplementation?: typeof fetch,
): Authorizer {
  let auth: Promise<GoogleAuth> | undefined;
  const open = async (): Promise<GoogleAuth> => {
    // Loaded for the first token, and not in a worker that serves others.
    const { GoogleAuth } = await import('google-auth-library');
    return new GoogleAuth({
      scopes: SCOPE,
      ...(credentials !== null && { credentials: { ...credentials } }),
      ...(fetchImplementation !== undefined && {
        clientOptions: { transporterOptions: { fetchImplementation } },
      }),
    });
  };
  const secrets = SECRET_FIELDS.map((name) => credentials?.[name]).filter(
    (value) => typeof value === 'string',
  );
  return new BearerTokens(label, secrets, async () => (await (auth ??= open())).getAccessToken());
}
