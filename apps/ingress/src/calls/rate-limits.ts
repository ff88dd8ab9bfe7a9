import { GatewayError, type KeyRecord } from '@tollgate/contracts';
import type { LimitKind, RateRefusal, Remaining } from '@tollgate/state';

/** LiteLLM's word for the kind in the `rate_limit_type` header; its message uses the kind itself. */
const HEADER_KIND: Readonly<Record<LimitKind, string>> = {
  requests: 'requests',
  tokens: 'tokens',
  max_parallel_requests: 'concurrent_requests',
};

/** A call in flight may end any moment: its slot is worth asking for long before the lease's end. */
const PARALLEL_RETRY_MS = 1_000;

/** The 429 in LiteLLM's words and headers. */
export function rateLimited(refusal: RateRefusal, now: number): GatewayError {
  const { kind, limit, remaining, resetAt } = refusal;
  const until = utc(resetAt);
  const retryAfterMs = kind === 'max_parallel_requests' ? PARALLEL_RETRY_MS : Math.max(1_000, resetAt - now);
  return new GatewayError(
    'rate_limited',
    `Rate limit exceeded for ${described(refusal.scope)}. Limit type: ${kind}. ` +
      `Current limit: ${limit}, Remaining: ${Math.max(0, remaining)}. Limit resets at: ${until}`,
    { retryAfterMs, headers: { rate_limit_type: HEADER_KIND[kind], reset_at: until } },
  );
}

/** `x-ratelimit-*` as OpenAI's clients read them, and LiteLLM's with the scope's name in them. */
export function rateLimitHeaders(remaining: readonly Remaining[], now: number): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { scope, kind, limit, remaining: left, resetAt } of remaining) {
    if (kind === 'max_parallel_requests') continue;
    const own = namesOf(descriptor(scope))[kind];
    const tightest = TIGHTEST[kind];
    const rest = String(Math.max(0, left));
    headers[own.limit] = String(limit);
    headers[own.remaining] = rest;
    // OpenAI's headers have room for one limit a kind: the tightest.
    if (Number(headers[tightest.remaining] ?? Infinity) <= Number(rest)) continue;
    headers[tightest.limit] = String(limit);
    headers[tightest.remaining] = rest;
    headers[tightest.reset] = `${Math.max(0, Math.ceil((resetAt - now) / 1_000))}s`;
  }
  return headers;
}

interface HeaderNames {
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
}

type NamesByKind = Readonly<Record<Exclude<LimitKind, 'max_parallel_requests'>, HeaderNames>>;

const headerNames = (prefix: string, kind: LimitKind): HeaderNames => ({
  limit: `${prefix}-limit-${kind}`,
  remaining: `${prefix}-remaining-${kind}`,
  reset: `${prefix}-reset-${kind}`,
});

const namesFrom = (prefix: string): NamesByKind => ({
  requests: headerNames(prefix, 'requests'),
  tokens: headerNames(prefix, 'tokens'),
});

const TIGHTEST = namesFrom('x-ratelimit');

/** Put together once for each of the few kinds of scopes, rather than for every answer. */
const namesByDescriptor = new Map<string, NamesByKind>();

function namesOf(ofScope: string): NamesByKind {
  let names = namesByDescriptor.get(ofScope);
  if (names === undefined) {
    names = namesFrom(`x-ratelimit-${ofScope}`);
    namesByDescriptor.set(ofScope, names);
  }
  return names;
}

/** A key's own limits, on every answer to its calls. */
export function keyLimitHeaders(key: KeyRecord | null): Record<string, string> {
  const headers: Record<string, string> = {};
  if (key === null) return headers;
  const { requestsPerMinute, tokensPerMinute } = key.limits;
  if (requestsPerMinute !== null) headers['x-litellm-key-rpm-limit'] = String(requestsPerMinute);
  if (tokensPerMinute !== null) headers['x-litellm-key-tpm-limit'] = String(tokensPerMinute);
  return headers;
}

/** `key:{hash}` is `api_key` to LiteLLM's clients, and `key:{hash}|{model}` is `model_per_key`. */
const descriptor = (scope: string): string => {
  const kind = scope.slice(0, scope.indexOf(':'));
  if (scope.includes('|')) return `model_per_${kind}`;
  return kind === 'key' ? 'api_key' : kind;
};

const described = (scope: string): string => `${descriptor(scope)}: ${scope.slice(scope.indexOf(':') + 1)}`;

/** `2026-11-24 04:05:06 UTC` */
const utc = (time: number): string => `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
