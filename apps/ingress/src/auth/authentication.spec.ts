import { GatewayError, findKey } from '@tollgate/contracts';
import type { keyRecordOf } from '../_harness.js';
import { CHAT, MASTER_KEY, VIRTUAL_KEY, errorOf, startIngress, type Harness, foundKey } from '../_harness.js';
import { digestOf } from './key-digests.js';
import { KeyEventsController } from './key-events.controller.js';

let ingress: Harness;
beforeEach(async () => {
  ingress = await startIngress();
});
afterEach(() => ingress.close());

const chatAs = (headers: Record<string, string>, body: unknown = CHAT): Promise<Response> =>
  fetch(`${ingress.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const asVirtual = { authorization: `Bearer ${VIRTUAL_KEY}` };
const serve = (changes: Parameters<typeof keyRecordOf>[0] = {}): void =>
  ingress.bus.reply(findKey, () => foundKey(changes));

describe('authentication', () => {
  it.each([
    { authorization: `Bearer ${MASTER_KEY}` },
    { authorization: `bearer  ${MASTER_KEY}` },
    { authorization: MASTER_KEY },
    { 'x-api-key': MASTER_KEY },
    { 'api-key': MASTER_KEY },
    { 'x-goog-api-key': MASTER_KEY },
    { 'x-litellm-api-key': `Bearer ${MASTER_KEY}`, authorization: 'Bearer sk-of-someone-else' },
  ])('finds the key in %j', async (headers) => {
    expect((await chatAs(headers as Record<string, string>)).status).toBe(200);
    expect(ingress.bus.calls[0]?.header.principal).toMatchObject({
      isAdmin: true,
      keyHash: digestOf(MASTER_KEY).hash,
    });
  });

  it('refuses a call without a key', async () => {
    expect(await errorOf(await chatAs({}))).toEqual({
      status: 401,
      message: 'Authentication Error, No api key passed in.',
      type: 'auth_error',
      param: null,
      code: '401',
    });
    expect(ingress.bus.calls).toHaveLength(0);
  });

  it('refuses a key that is none, and does not repeat it', async () => {
    const error = await errorOf(await chatAs({ authorization: 'Bearer my-secret-password-9876' }));
    expect(error).toMatchObject({ status: 401, type: 'auth_error' });
    expect(error['message']).toBe(
      "Authentication Error, LiteLLM Virtual Key expected. Received=9876, expected to start with 'sk-'.",
    );
    expect(JSON.stringify(await errorOf(await chatAs({ 'x-api-key': 'short' })))).not.toContain('short');
  });

  it('refuses an unknown key by its hash and last four characters, asking billing once a second', async () => {
    ingress.bus.reply(findKey, () => null);
    const error = await errorOf(await chatAs(asVirtual));
    await chatAs(asVirtual);
    expect(error).toMatchObject({ status: 401, type: 'token_not_found_in_db' });
    expect(error['message']).toBe(
      'Authentication Error, Invalid proxy server token passed. Received API Key = sk-...abcd, ' +
        `Key Hash (Token) =${digestOf(VIRTUAL_KEY).hash}. ` +
        'Unable to find token in cache or `LiteLLM_VerificationTokenTable`',
    );
    expect(ingress.bus.asked).toHaveLength(1);
    expect(JSON.stringify(ingress.bus.asked)).not.toContain(VIRTUAL_KEY);
  });

  it('refuses an expired key', async () => {
    serve({ expiresAt: 1_700_000_000_000 });
    const error = await errorOf(await chatAs(asVirtual));
    expect(error).toMatchObject({ status: 401, type: 'expired_key', param: 'abcd' });
    expect(error['message']).toMatch(
      /^Authentication Error - Expired Key\. Key Expiry time 2023-11-14T.* and current time 20/,
    );
  });

  it('answers 503 while billing is away and the key is not known', async () => {
    ingress.bus.reply(findKey, () => {
      throw new GatewayError('service_unavailable', 'nobody listens');
    });
    const response = await chatAs(asVirtual);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await errorOf(response)).toMatchObject({ status: 503, type: 'service_unavailable' });
  });

  it('asks billing once for a key, and again after it was told of a change', async () => {
    serve();
    await chatAs(asVirtual);
    await chatAs(asVirtual);
    expect(ingress.bus.asked).toHaveLength(1);
    ingress.bus.reply(findKey, () => null);
    ingress.app.get(KeyEventsController).changed({ hash: digestOf(VIRTUAL_KEY).hash });
    expect((await chatAs(asVirtual)).status).toBe(401);
  });

  it('carries the key on as its hash, with its tags', async () => {
    serve({ alias: 'summariser', userId: 'u1', teamId: 't1', metadata: { tags: ['team-a'] } });
    await chatAs(asVirtual);
    expect(ingress.bus.calls[0]?.header).toMatchObject({
      tags: ['team-a'],
      principal: { keyHash: digestOf(VIRTUAL_KEY).hash, keyAlias: 'summariser', userId: 'u1', teamId: 't1' },
    });
    expect(JSON.stringify(ingress.bus.calls)).not.toContain(VIRTUAL_KEY);
  });
});

describe('model access', () => {
  it.each([
    [[], 'anything', 200],
    [['all-proxy-models'], 'chat-default', 200],
    [['chat-default'], 'chat-default', 200],
    [['chat-default'], 'chat-quality', 403],
    [['chat-default'], 'gpt-4', 200],
    [['gpt-4'], 'gpt-4', 200],
    [['gpt-4'], 'chat-default', 403],
    [['openai/*'], 'openai/gpt-4o', 200],
    [['openai/*'], 'openai', 403],
  ])('of a key for %j to %s: %i', async (models, model, status) => {
    serve({ models });
    expect((await chatAs(asVirtual, { ...CHAT, model })).status).toBe(status);
  });

  it('is refused in words that clients of any LiteLLM version match on', async () => {
    serve({ models: ['a', 'b'] });
    const error = await errorOf(await chatAs(asVirtual, { ...CHAT, model: 'x' }));
    expect(error).toMatchObject({
      status: 403,
      type: 'key_model_access_denied',
      param: 'model',
      code: '403',
    });
    expect(error['message']).toContain(
      "The requested model 'x' is not available for this API key, or the model name is invalid. " +
        'Check the models available to you and try again.',
    );
    expect(error['message']).toContain(
      "key not allowed to access model. This key can only access models=['a', 'b']. Tried to access x",
    );
  });
});

describe('a key header of its own', () => {
  it('wins over the usual ones', async () => {
    const own = await startIngress({ keyHeaderName: 'X-Team-Key' });
    const response = await own.post('/v1/chat/completions', CHAT, {
      authorization: 'Bearer sk-for-another-proxy',
      'x-team-key': MASTER_KEY,
    });
    expect(response.status).toBe(200);
    await own.close();
  });
});
