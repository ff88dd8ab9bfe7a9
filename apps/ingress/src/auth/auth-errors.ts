import { GatewayError } from '@tollgate/contracts';
import { keyTail, maskKey } from './key-text.js';

// Statuses, types and texts are LiteLLM's: clients match on them.

export const noKey = (): GatewayError =>
  new GatewayError('no_api_key', 'Authentication Error, No api key passed in.');

export const malformedKey = (key: string): GatewayError =>
  new GatewayError(
    'malformed_api_key',
    `Authentication Error, LiteLLM Virtual Key expected. Received=${keyTail(key)}, expected to start with 'sk-'.`,
  );

export const unknownKey = (key: string, hash: string): GatewayError =>
  new GatewayError(
    'unknown_api_key',
    `Authentication Error, Invalid proxy server token passed. Received API Key = ${maskKey(key)}, ` +
      `Key Hash (Token) =${hash}. Unable to find token in cache or \`LiteLLM_VerificationTokenTable\``,
  );

export const expiredKey = (key: string, expiresAt: number, now: number): GatewayError =>
  new GatewayError(
    'expired_api_key',
    `Authentication Error - Expired Key. Key Expiry time ${new Date(expiresAt).toISOString()} ` +
      `and current time ${new Date(now).toISOString()}`,
    { param: keyTail(key) },
  );

/** `route` is the matched route's pattern, so that nothing of the URL is echoed. */
export const adminOnly = (route: string): GatewayError =>
  new GatewayError(
    'admin_only',
    `Only proxy admin can be used to generate, delete, update info for new keys/users/teams. Route=${route}`,
  );

/** A role that may look and not touch. */
export const viewerOnly = (role: string, route: string): GatewayError =>
  new GatewayError(
    'forbidden',
    `user not allowed to access this route, role= ${role}. Trying to access: ${route}`,
  );

/** A key that is kept to some routes. */
export const routeNotAllowed = (routes: readonly string[], route: string): GatewayError =>
  new GatewayError(
    'forbidden',
    'Virtual key is not allowed to call this route. ' +
      `Only allowed to call routes: [${routes.map((name) => `'${name}'`).join(', ')}]. Tried to call route: ${route}`,
  );

/** Holds the wording of LiteLLM before and since 1.103: clients match on either. */
export function modelAccessDenied(model: string, models: readonly string[]): GatewayError {
  const shown = models.map((name) => `'${name}'`).join(', ');
  return new GatewayError(
    'model_access_denied',
    `The requested model '${model}' is not available for this API key, or the model name is invalid. ` +
      'Check the models available to you and try again. ' +
      `(key not allowed to access model. This key can only access models=[${shown}]. Tried to access ${model})`,
    { param: 'model' },
  );
}
