import type { ErrorClass, ErrorPolicy } from '@tollgate/config';
import type { ErrorCode, GatewayError } from '@tollgate/contracts';

/** Codes whose class does not follow from the status: some providers answer 400 to a wrong key, or 503 to a wrong model. */
const BY_CODE: Readonly<Partial<Record<ErrorCode, ErrorClass>>> = {
  upstream_authentication: 'AuthenticationError',
  // LiteLLM's policies have no word for 403; it too says that this credential will not do.
  upstream_permission: 'AuthenticationError',
  upstream_not_found: 'NotFoundError',
  upstream_rate_limited: 'RateLimitError',
  upstream_timeout: 'TimeoutError',
  deadline_exceeded: 'TimeoutError',
  upstream_bad_request: 'BadRequestError',
};

const BY_STATUS: Readonly<Record<number, ErrorClass>> = {
  401: 'AuthenticationError',
  403: 'AuthenticationError',
  404: 'NotFoundError',
  408: 'TimeoutError',
  429: 'RateLimitError',
  502: 'BadGatewayError',
  503: 'ServiceUnavailableError',
  504: 'TimeoutError',
  529: 'ServiceUnavailableError',
};

/** Azure and OpenAI each have a word of their own for it. */
const CONTENT_POLICY_CODES: ReadonlySet<string> = new Set([
  'content_policy_violation',
  'content_filter',
  'ResponsibleAIPolicyViolation',
]);

/** Whether a provider refused the prompt by its content policy: `content_policy_fallbacks` are for these. */
export const isContentPolicyError = (error: GatewayError): boolean =>
  CONTENT_POLICY_CODES.has(error.options.upstreamCode ?? '') || isNamed(error, 'ContentPolicyViolationError');

/** Whether the prompt was too long for the model: `context_window_fallbacks` are for these. */
export const isContextWindowError = (error: GatewayError): boolean =>
  error.options.upstreamCode === 'context_length_exceeded' || isNamed(error, 'ContextWindowExceededError');

/** Only at the beginning, where the kit of the providers puts it: the rest may quote the prompt. */
const isNamed = ({ message }: GatewayError, name: string): boolean => message.startsWith(`litellm.${name}:`);

/**
 * LiteLLM's class of an error, as its policies name them. A prompt that is too long is a `BadRequestError`, and so is an
 * account without money (402); one refused by the content policy is a class of its own.
 */
export function errorClassOf(error: GatewayError): ErrorClass {
  if (isContentPolicyError(error)) return 'ContentPolicyViolationError';
  const known = BY_CODE[error.code] ?? BY_STATUS[error.status];
  if (known !== undefined) return known;
  return error.status >= 500 ? 'InternalServerError' : 'BadRequestError';
}

/**
 * What a policy says of an error by its class: undefined where it does not name the class. LiteLLM takes a refusal by the
 * content policy for a bad request too.
 */
export function namedInPolicy(policy: ErrorPolicy, errorClass: ErrorClass): number | undefined {
  const own = policy[errorClass];
  return own === undefined && errorClass === 'ContentPolicyViolationError' ? policy.BadRequestError : own;
}

/** The number of a policy for an error: its class's, else the policy's `Default`; undefined: the policy says nothing. */
export const policyFor = (policy: ErrorPolicy, error: GatewayError): number | undefined =>
  namedInPolicy(policy, errorClassOf(error)) ?? policy.Default;
