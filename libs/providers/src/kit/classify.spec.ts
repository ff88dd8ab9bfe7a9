import { refusalError } from './classify.js';

const refuse = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  refusalError(
    { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) },
    { label: 'OpenAI', secrets: ['top-secret-key'] },
  );
const openAi = (fields: object) => ({ error: { message: 'because', param: null, ...fields } });

describe('refusalError', () => {
  it.each([
    [400, openAi({ code: 'context_length_exceeded' }), 'upstream_bad_request', 'ContextWindowExceededError'],
    [
      400,
      openAi({ message: 'prompt is too long: 9 tokens > 8 maximum' }),
      'upstream_bad_request',
      'ContextWindowExceededError',
    ],
    [400, openAi({ code: 'content_filter' }), 'upstream_bad_request', 'ContentPolicyViolationError'],
    [400, openAi({ message: 'Your credit balance is too low' }), 'upstream_quota', 'RateLimitError'],
    [400, openAi({}), 'upstream_bad_request', 'BadRequestError'],
    [401, openAi({ code: 'invalid_api_key' }), 'upstream_authentication', 'AuthenticationError'],
    [402, { detail: 'Payment required' }, 'upstream_quota', 'RateLimitError'],
    [403, openAi({}), 'upstream_permission', 'PermissionDeniedError'],
    [404, openAi({ code: 'model_not_found' }), 'upstream_not_found', 'NotFoundError'],
    [408, openAi({}), 'upstream_timeout', 'Timeout'],
    [413, openAi({}), 'upstream_bad_request', 'BadRequestError'],
    [422, { detail: [{ msg: 'extra field' }] }, 'upstream_bad_request', 'BadRequestError'],
    [429, openAi({ code: 'rate_limit_exceeded' }), 'upstream_rate_limited', 'RateLimitError'],
    [429, openAi({ code: 'insufficient_quota' }), 'upstream_quota', 'RateLimitError'],
    [500, 'Internal Server Error', 'upstream_error', 'InternalServerError'],
    [502, '<html>bad gateway</html>', 'upstream_error', 'BadGatewayError'],
    [503, openAi({}), 'upstream_error', 'ServiceUnavailableError'],
    [504, '', 'upstream_timeout', 'Timeout'],
    [529, openAi({ type: 'overloaded_error' }), 'upstream_error', 'ServiceUnavailableError'],
    [302, '', 'upstream_invalid_response', 'APIError'],
    [600, openAi({}), 'upstream_invalid_response', 'BadGatewayError'],
    [999, '', 'upstream_invalid_response', 'BadGatewayError'],
  ])('%i %j is %s, %s', (status, body, code, errorClass) => {
    const error = refuse(status, body);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(
      new RegExp(`^litellm\\.${errorClass}: ${errorClass}: OpenAIException - .+`),
    );
    const isError = status >= 400 && status <= 599;
    expect(error.status).toBe(isError ? status : 502);
  });

  it.each([
    [openAi({ type: 'overloaded_error' }), 'upstream_error', 529],
    [openAi({ type: 'rate_limit_error' }), 'upstream_rate_limited', 429],
    [openAi({ type: 'server_error' }), 'upstream_error', 500],
    [openAi({ code: 429 }), 'upstream_rate_limited', 429],
    [{ error: 'out of memory' }, 'upstream_error', 500],
  ])('reads an error event %j by its own words', (body, code, status) => {
    expect(refuse(0, body)).toMatchObject({ code, status });
  });

  it("waits as long as Google's error tells, which then is no bill to be paid", () => {
    const details = [
      { '@type': 'a' },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '48s' },
    ];
    const error = { code: 429, message: 'You exceeded your current quota', status: 'RESOURCE_EXHAUSTED' };
    expect(refuse(429, { error })).toMatchObject({ code: 'upstream_quota' });
    expect(refuse(429, { error: { ...error, details } })).toMatchObject({
      code: 'upstream_rate_limited',
      options: { retryAfterMs: 48_000 },
    });
  });

  it('says which status it was that no answer may have', () => {
    expect(refuse(999, openAi({}), { 'x-request-id': 'req_1' })).toMatchObject({
      message:
        'litellm.BadGatewayError: BadGatewayError: OpenAIException - The provider answered with status 999, which no answer may have.',
      options: { headers: { 'llm_provider-x-request-id': 'req_1' } },
    });
  });

  it('carries the provider’s code, parameter, retry time and headers', () => {
    const error = refuse(429, openAi({ code: 'rate_limit_exceeded', param: 'model' }), {
      'retry-after': '3',
      'x-request-id': 'req_1',
      'set-cookie': 'a=b',
    });
    expect(error.options).toMatchObject({
      upstreamCode: 'rate_limit_exceeded',
      param: 'model',
      retryAfterMs: 3_000,
    });
    expect(error.options.headers).toEqual({
      'llm_provider-retry-after': '3',
      'llm_provider-x-request-id': 'req_1',
    });
  });

  it('takes no blanks for a code or for words', () => {
    const error = refuse(403, { error: { message: ' ', code: '\r\n' }, detail: 'Not you' });
    expect([error.options.upstreamCode, error.message]).toEqual([
      undefined,
      expect.stringContaining('Not you') as string,
    ]);
  });

  it('names a context overflow by OpenAI’s code when the provider has none', () => {
    expect(refuse(400, openAi({ message: 'prompt is too long' })).options.upstreamCode).toBe(
      'context_length_exceeded',
    );
  });

  it('never shows a credential', () => {
    const error = refuse(401, openAi({ message: 'key top-secret-key and sk-abcdefgh1234 are wrong' }));
    expect(JSON.stringify(error.toShape())).not.toMatch(/top-secret-key|abcdefgh/);
  });
});
