import { GatewayError } from '@tollgate/contracts';
import type { Authorizer } from './kit/authorizer.js';
import { upstreamError, type ErrorSource } from './kit/upstream-error.js';
import type { Provider, Settings } from './provider.js';

/** A deployment's way to its provider, worked out once and used by every attempt. */
export interface Connection {
  readonly provider: Provider;
  readonly origin: string;
  readonly basePath: string;
  /** The base URL, fit to be shown. */
  readonly apiBase: string;
  readonly apiVersion: string | null;
  readonly more: Settings['more'];
  /** Headers of every request, lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** null: the headers are all it needs. */
  readonly authorizer: Authorizer | null;
  readonly source: ErrorSource;
}

const ALWAYS: readonly (readonly [string, string])[] = [
  ['content-type', 'application/json'],
  // Bytes pass through, and are counted and framed on the way: compressed ones could not be.
  ['accept-encoding', 'identity'],
  ['user-agent', 'tollgate'],
];

const SECRET_HEADER = /auth|key|token|secret|cookie/i;

/**
 * Works out where a deployment's calls go and with which credentials. Throws `deployment_unavailable` when there is no usable base
 * URL or a header cannot be sent, `upstream_authentication` when the provider's own address would refuse the call for want of a key.
 */
export function connectionTo(
  provider: Provider,
  settings: Settings,
  extraHeaders: Readonly<Record<string, string>> = {},
): Connection {
  const url = baseUrl(provider, settings);
  const apiKey = settings.apiKey?.trim() ?? null;
  const authorizer = provider.authorizer?.({ ...settings, apiKey }) ?? null;
  if (apiKey === null && authorizer === null && provider.needsKey && isOwnAddress(provider, settings))
    throw missingKey(provider);
  const headers = new Map([...ALWAYS, ...Object.entries(provider.headers({ ...settings, apiKey }))]);
  for (const [name, value] of Object.entries(extraHeaders)) headers.set(name.toLowerCase(), value.trim());
  for (const [name, value] of headers) assertSendable(provider, name, value);
  const basePath = url.pathname.replace(/\/+$/, '');
  const secrets = secretsOf(apiKey, extraHeaders);
  return {
    provider,
    origin: url.origin,
    basePath,
    apiBase: url.origin + basePath,
    apiVersion: settings.apiVersion,
    more: settings.more,
    headers,
    authorizer,
    source: {
      label: provider.label,
      // Read anew each time: tokens come later.
      get secrets() {
        return [...secrets, ...(authorizer?.secrets ?? [])];
      },
    },
  };
}

function baseUrl(provider: Provider, settings: Settings): URL {
  const given = settings.apiBase?.trim() ?? '';
  const text = given === '' ? (provider.baseOf?.(settings) ?? provider.defaultBase) : given;
  const variables = provider.variables.apiBase;
  if (text === null) {
    const hint = variables.length === 0 ? '' : ` (or set ${variables[0] ?? ''})`;
    throw new GatewayError('deployment_unavailable', `Provider ${provider.name} needs an api_base${hint}`);
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new GatewayError(
      'deployment_unavailable',
      `The api_base of provider ${provider.name} is not an http(s) URL`,
    );
  }
  return url;
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** NOTE undici loses a connection of its pool for every request whose headers it refuses. The value may be a secret: it is not told. */
function assertSendable(provider: Provider, name: string, value: string): void {
  if (HEADER_NAME.test(name) && HEADER_VALUE.test(value)) return;
  throw new GatewayError(
    'deployment_unavailable',
    `The header ${JSON.stringify(name)} of provider ${provider.name} has a character that no header can hold: check api_key and extra_headers`,
  );
}

/** Endpoints of one's own often need no key; Azure's base is never its default, but always Azure. */
const isOwnAddress = (provider: Provider, settings: Settings): boolean =>
  settings.apiBase === null || provider.defaultBase === null;

function missingKey(provider: Provider): GatewayError {
  const [variable] = provider.variables.apiKey;
  const hint = variable === undefined ? '' : ` or set ${variable} in the worker's environment`;
  return upstreamError(
    'upstream_authentication',
    'AuthenticationError',
    `No api_key: configure one${hint}.`,
    {
      label: provider.label,
      secrets: [],
    },
  );
}

function secretsOf(apiKey: string | null, extraHeaders: Readonly<Record<string, string>>): string[] {
  const fromHeaders = Object.entries(extraHeaders)
    .filter(([name]) => SECRET_HEADER.test(name))
    .flatMap(([, value]) => [value, value.replace(/^\w+\s+/, '')]);
  return [...(apiKey === null ? [] : [apiKey]), ...fromHeaders];
}
