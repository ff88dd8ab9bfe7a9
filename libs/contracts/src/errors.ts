import { z } from 'zod';

/**
 * `never`: the caller's fault or final. `same-or-other`: transient, any deployment may be tried, this one too.
 * `other`: this deployment is unfit (wrong key, unknown model), another may do.
 */
export type Retry = 'never' | 'same-or-other' | 'other';

interface ErrorRow {
  /** HTTP status of the answer unless the provider's own status is known. */
  readonly status: number;
  /** `error.type` in the OpenAI envelope; LiteLLM's word where it has one (null is sent as null). */
  readonly type: string | null;
  readonly retry: Retry;
}

/** Every error that Tollgate can answer with. The README's error table lists the same codes (a test compares them). */
export const ERRORS = {
  invalid_json: { status: 400, type: 'invalid_request_error', retry: 'never' },
  invalid_request: { status: 400, type: 'invalid_request_error', retry: 'never' },
  unknown_model: { status: 400, type: 'invalid_request_error', retry: 'never' },
  unsupported_parameter: { status: 400, type: 'invalid_request_error', retry: 'never' },
  body_too_large: { status: 413, type: 'invalid_request_error', retry: 'never' },
  no_api_key: { status: 401, type: 'auth_error', retry: 'never' },
  malformed_api_key: { status: 401, type: 'auth_error', retry: 'never' },
  unknown_api_key: { status: 401, type: 'token_not_found_in_db', retry: 'never' },
  expired_api_key: { status: 401, type: 'expired_key', retry: 'never' },
  admin_only: { status: 401, type: 'auth_error', retry: 'never' },
  model_access_denied: { status: 403, type: 'key_model_access_denied', retry: 'never' },
  model_sunset: { status: 410, type: 'invalid_request_error', retry: 'never' },
  not_found: { status: 404, type: 'not_found_error', retry: 'never' },
  method_not_allowed: { status: 405, type: 'invalid_request_error', retry: 'never' },
  rate_limited: { status: 429, type: 'throttling_error', retry: 'never' },
  all_cooling: { status: 429, type: 'all_deployments_in_cooldown', retry: 'never' },
  no_deployment: { status: 400, type: 'invalid_request_error', retry: 'never' },
  tags_not_allowed: { status: 401, type: 'no_deployments_with_tag_routing', retry: 'never' },
  guardrail_violation: { status: 400, type: 'invalid_request_error', retry: 'never' },
  guardrail_unavailable: { status: 503, type: 'service_unavailable', retry: 'never' },
  budget_exceeded: { status: 422, type: 'budget_exceeded', retry: 'never' },
  blocked: { status: 401, type: 'auth_error', retry: 'never' },
  forbidden: { status: 403, type: 'auth_error', retry: 'never' },
  team_permission_denied: { status: 401, type: 'team_member_permission_error', retry: 'never' },
  conflict: { status: 409, type: 'invalid_request_error', retry: 'never' },
  budget_crossed: { status: 429, type: 'budget_exceeded', retry: 'never' },
  upstream_bad_request: { status: 400, type: 'invalid_request_error', retry: 'never' },
  upstream_authentication: { status: 401, type: 'authentication_error', retry: 'other' },
  upstream_permission: { status: 403, type: 'permission_error', retry: 'other' },
  upstream_not_found: { status: 404, type: 'not_found_error', retry: 'other' },
  upstream_rate_limited: { status: 429, type: 'throttling_error', retry: 'same-or-other' },
  upstream_quota: { status: 429, type: 'throttling_error', retry: 'other' },
  upstream_error: { status: 500, type: 'internal_server_error', retry: 'same-or-other' },
  upstream_timeout: { status: 408, type: 'timeout_error', retry: 'same-or-other' },
  upstream_connection: { status: 500, type: 'internal_server_error', retry: 'same-or-other' },
  upstream_invalid_response: { status: 502, type: 'internal_server_error', retry: 'same-or-other' },
  upstream_stream_broken: { status: 502, type: 'internal_server_error', retry: 'same-or-other' },
  provider_unavailable: { status: 503, type: 'service_unavailable', retry: 'other' },
  endpoint_unsupported: { status: 400, type: 'invalid_request_error', retry: 'other' },
  deployment_unavailable: { status: 503, type: 'service_unavailable', retry: 'other' },
  deadline_exceeded: { status: 408, type: 'timeout_error', retry: 'never' },
  cancelled: { status: 499, type: 'request_cancelled', retry: 'never' },
  caller_lost: { status: 499, type: 'request_cancelled', retry: 'never' },
  service_lost: { status: 503, type: 'service_unavailable', retry: 'same-or-other' },
  service_unavailable: { status: 503, type: 'service_unavailable', retry: 'never' },
  draining: { status: 503, type: 'service_unavailable', retry: 'never' },
  internal: { status: 500, type: 'internal_server_error', retry: 'never' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

const errorCodes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** A GatewayError as it crosses the bus. `message` is safe to show to the caller. */
export const errorShape = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  /** HTTP status when it differs from the catalogue's (a provider's own). */
  status: z.number().int().optional(),
  /** The request field at fault. */
  param: z.string().nullish(),
  /** The provider's own error code, sent on as `error.code` (for example `context_length_exceeded`). */
  upstreamCode: z.string().optional(),
  /** Milliseconds after which the caller may come back; becomes `retry-after`. */
  retryAfterMs: z.number().optional(),
  /** Further response headers, such as `rate_limit_type` and `reset_at`. */
  headers: z.record(z.string(), z.string()).optional(),
});
export type ErrorShape = z.infer<typeof errorShape>;

export interface GatewayErrorOptions {
  readonly cause?: unknown;
  readonly status?: number | undefined;
  readonly param?: string | null | undefined;
  readonly upstreamCode?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly headers?: Record<string, string> | undefined;
}

/** The one error class of the gateway: a code of the catalogue and a message that is safe to show. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly options: GatewayErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
  }

  get status(): number {
    return this.options.status ?? ERRORS[this.code].status;
  }

  get type(): string | null {
    return ERRORS[this.code].type;
  }

  get retry(): Retry {
    return ERRORS[this.code].retry;
  }

  toShape(): ErrorShape {
    const { cause: _cause, ...rest } = this.options;
    const known = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    return { code: this.code, message: this.message, ...known };
  }

  static fromShape({ code, message, ...options }: ErrorShape): GatewayError {
    return new GatewayError(code, message, options);
  }
}

/** The seam where unknown errors become ours; the text of what we did not foresee stays in `cause`. */
export function toGatewayError(cause: unknown): GatewayError {
  return cause instanceof GatewayError
    ? cause
    : new GatewayError('internal', 'Internal server error', { cause });
}
