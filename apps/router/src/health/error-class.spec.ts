import { GatewayError, type ErrorCode, type GatewayErrorOptions } from '@tollgate/contracts';
import { errorClassOf, isContentPolicyError, isContextWindowError, policyFor } from './error-class.js';

const error = (code: ErrorCode, options: GatewayErrorOptions = {}, message = 'x'): GatewayError =>
  new GatewayError(code, message, options);

describe('errorClassOf', () => {
  it.each<[ErrorCode, number | undefined, string]>([
    ['upstream_bad_request', undefined, 'BadRequestError'],
    ['upstream_bad_request', 413, 'BadRequestError'],
    ['upstream_bad_request', 422, 'BadRequestError'],
    ['upstream_authentication', undefined, 'AuthenticationError'],
    ['upstream_authentication', 400, 'AuthenticationError'],
    ['upstream_permission', undefined, 'AuthenticationError'],
    ['upstream_not_found', undefined, 'NotFoundError'],
    ['upstream_not_found', 410, 'NotFoundError'],
    ['upstream_quota', undefined, 'RateLimitError'],
    ['upstream_quota', 402, 'BadRequestError'],
    ['upstream_rate_limited', undefined, 'RateLimitError'],
    ['upstream_timeout', undefined, 'TimeoutError'],
    ['upstream_timeout', 504, 'TimeoutError'],
    ['deadline_exceeded', undefined, 'TimeoutError'],
    ['upstream_error', undefined, 'InternalServerError'],
    ['upstream_error', 502, 'BadGatewayError'],
    ['upstream_error', 503, 'ServiceUnavailableError'],
    ['upstream_error', 520, 'InternalServerError'],
    ['upstream_error', 529, 'ServiceUnavailableError'],
    ['upstream_connection', undefined, 'InternalServerError'],
    ['upstream_invalid_response', undefined, 'BadGatewayError'],
    ['upstream_stream_broken', undefined, 'BadGatewayError'],
    ['provider_unavailable', undefined, 'ServiceUnavailableError'],
    ['service_lost', undefined, 'ServiceUnavailableError'],
    ['all_cooling', undefined, 'RateLimitError'],
    ['internal', undefined, 'InternalServerError'],
  ])('of %s with status %s is %s', (code, status, expected) => {
    expect(errorClassOf(error(code, { status }))).toBe(expected);
  });

  it.each([
    [{ upstreamCode: 'content_filter' }, 'Anything'],
    [{ upstreamCode: 'content_policy_violation' }, 'Anything'],
    [{}, 'litellm.ContentPolicyViolationError: ContentPolicyViolationError: OpenAIException - no'],
  ])('knows a refusal by the content policy: %j %s', (options, message) => {
    const refusal = error('upstream_bad_request', options, message);
    expect(errorClassOf(refusal)).toBe('ContentPolicyViolationError');
    expect(isContentPolicyError(refusal)).toBe(true);
    expect(isContextWindowError(refusal)).toBe(false);
  });

  it.each([
    [{ upstreamCode: 'context_length_exceeded' }, 'Anything'],
    [{}, 'litellm.ContextWindowExceededError: ContextWindowExceededError: OpenAIException - no'],
  ])('takes a prompt that is too long for a bad request: %j %s', (options, message) => {
    const refusal = error('upstream_bad_request', options, message);
    expect(errorClassOf(refusal)).toBe('BadRequestError');
    expect(isContextWindowError(refusal)).toBe(true);
    expect(isContentPolicyError(refusal)).toBe(false);
  });

  it('is not misled by a prompt that is quoted', () => {
    const quoted =
      'litellm.BadRequestError: BadRequestError: no such role: litellm.ContentPolicyViolationError: x';
    expect(errorClassOf(error('upstream_bad_request', {}, quoted))).toBe('BadRequestError');
  });
});

describe('policyFor', () => {
  const refusal = error('upstream_bad_request', { upstreamCode: 'content_filter' });

  it.each([
    [{ TimeoutError: 3 }, error('upstream_timeout'), 3],
    [{ TimeoutError: 0, Default: 5 }, error('upstream_timeout'), 0],
    [{ TimeoutError: 3 }, error('upstream_error'), undefined],
    [{ TimeoutError: 3, Default: 5 }, error('upstream_error'), 5],
    [{ BadRequestError: 1 }, refusal, 1],
    [{ BadRequestError: 1, ContentPolicyViolationError: 2 }, refusal, 2],
    [{}, refusal, undefined],
  ])('of %j', (policy, of, expected) => {
    expect(policyFor(policy, of)).toBe(expected);
  });
});
