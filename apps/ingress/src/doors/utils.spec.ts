import { findKey, previewRequest, supportedParameters, type PreviewedCall } from '@tollgate/contracts';
import { VIRTUAL_KEY, foundKey, startIngress, type Harness } from '../_harness.js';

let ingress: Harness;
beforeEach(async () => {
  ingress = await startIngress();
});
afterEach(() => ingress.close());

const model = 'chat-default';
const MESSAGES = [{ role: 'user', content: 'Hi' }];

describe('a call that is shown', () => {
  const shown = { url: 'https://p/v1/messages', headers: { 'x-api-key': '***' }, body: '{"model":"m"}' };
  const ask = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
    ingress.post('/utils/transform_request', body, headers);

  it.each([
    ['completion', { model, messages: MESSAGES }, 'openai-chat'],
    ['acompletion', { model, messages: MESSAGES, stream: true }, 'openai-chat'],
    ['anthropic_messages', { model, max_tokens: 1, messages: MESSAGES }, 'anthropic-messages'],
  ])('as %s', async (kind, body, dialect) => {
    let asked: PreviewedCall | undefined;
    ingress.bus.reply(previewRequest, (question) => {
      asked = question;
      return shown;
    });
    const response = await ask({ call_type: kind, request_body: body });
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        raw_request_api_base: shown.url,
        raw_request_body: { model: 'm' },
        raw_request_headers: shown.headers,
      },
    ]);
    expect(asked).toMatchObject({ dialect, model, body: JSON.stringify(body) });
  });

  it.each([
    [{ call_type: 'constructor', request_body: {} }, 'call_type'],
    [{ call_type: 'completion' }, 'request_body'],
    [{ call_type: 'completion', request_body: { model, messages: 'no' } }, 'messages'],
    [{ call_type: 'toString', request_body: {} }, 'call_type'],
    [
      { call_type: 'completion', request_body: { model, messages: MESSAGES, x: 'x'.repeat(300_000) } },
      'request_body',
    ],
    [{ call_type: 'completion', request_body: { model: 'no-such', messages: MESSAGES } }, 'model'],
  ])('says what is wrong with %j', async (body, param) => {
    const response = await ask(body);
    const { error } = (await response.json()) as { error: { param: string } };
    expect(response.status).toBe(400);
    if (error.param !== param) expect(error).toHaveProperty('message', expect.stringContaining(param));
  });

  it('only to who may make it', async () => {
    ingress.bus.reply(findKey, () => foundKey({ models: ['other'] }));
    const authorization = `Bearer ${VIRTUAL_KEY}`;
    const body = { call_type: 'completion', request_body: { model, messages: MESSAGES } };
    expect((await ask(body, { authorization })).status).toBe(403);
  });
});

it('tells which parameters a model takes', async () => {
  ingress.bus.reply(supportedParameters, () => ({ parameters: ['seed'] }));
  const response = await ingress.get(`/utils/supported_openai_params?model=${model}`);
  expect([response.status, await response.json()]).toEqual([200, { supported_openai_params: ['seed'] }]);
  expect((await ingress.get('/utils/supported_openai_params')).status).toBe(400);
});
