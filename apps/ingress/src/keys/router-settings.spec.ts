import { createKey, findKey } from '@tollgate/contracts';
import {
  CHAT,
  VIRTUAL_KEY,
  errorOf,
  keyRecordOf,
  startIngress,
  type Harness,
  foundKey,
} from '../_harness.js';
import { readRouterSettings } from './router-settings.js';

let ingress: Harness;
beforeEach(async () => {
  ingress = await startIngress();
  ingress.bus.reply(createKey, ({ key, actor }) => ({
    ...key,
    createdAt: 1,
    createdBy: actor.userId ?? '',
    updatedAt: 1,
    updatedBy: '',
  }));
});
afterEach(() => ingress.close());

const SETTINGS = {
  fallbacks: [{ 'gpt-4': ['claude', 'gemini'] }, { '*': ['chat-default'] }],
  context_window_fallbacks: [{ 'gpt-4': ['long'] }],
  content_policy_fallbacks: [{ 'gpt-4': ['other'] }],
  model_group_alias: { fast: 'chat-default' },
  num_retries: 0,
  timeout: 2.5,
};

const ROUTING = {
  fallbacks: { 'gpt-4': ['claude', 'gemini'], '*': ['chat-default'] },
  contextWindowFallbacks: { 'gpt-4': ['long'] },
  contentPolicyFallbacks: { 'gpt-4': ['other'] },
  aliases: { fast: 'chat-default' },
  numRetries: 0,
  timeoutMs: 2_500,
};

describe('router_settings of a key', () => {
  it('are stored, and told in the form in which they came', async () => {
    const answer = await ingress.post('/key/generate', { router_settings: SETTINGS });
    expect(ingress.bus.asked[0]?.payload).toMatchObject({ key: { routing: ROUTING } });
    expect(await answer.json()).toMatchObject({ router_settings: SETTINGS });
  });

  it('are shown by /key/info', async () => {
    ingress.bus.reply(findKey, () => foundKey({ routing: { numRetries: 3 } }));
    const answer = await ingress.get(`/key/info?key=${VIRTUAL_KEY}`);
    expect(await answer.json()).toMatchObject({
      info: { router_settings: { num_retries: 3, fallbacks: null } },
    });
  });

  it.each([{}, { fallbacks: null, routing_strategy_args: {}, allowed_fails: null }, null, undefined])(
    'that ask for nothing are none: %j',
    (settings) => {
      expect(readRouterSettings(settings)).toBeUndefined();
    },
  );

  it('may hold objects with a model, and the first of two chains of a name counts', () => {
    const fallbacks = [{ a: [{ model: 'b', messages: [] }, 'c'] }, { a: ['d'] }];
    const aliases = { x: { model: 'y', hidden: true } };
    expect(readRouterSettings({ fallbacks, model_group_alias: aliases })).toEqual({
      fallbacks: { a: ['b', 'c'] },
      aliases: { x: 'y' },
    });
  });

  it.each([
    [{ routing_strategy: 'least-busy' }, 'router_settings.routing_strategy'],
    [{ fallbacks: { a: ['b'] } }, 'router_settings.fallbacks'],
    [{ fallbacks: [{ a: 'b' }] }, 'router_settings.fallbacks.0.a'],
    [{ num_retries: 1.5 }, 'router_settings.num_retries'],
    [{ timeout: 0 }, 'router_settings.timeout'],
    [{ model_group_alias: { a: '' } }, 'router_settings.model_group_alias.a'],
  ])('%j are refused, naming %s', async (settings, param) => {
    const error = await errorOf(await ingress.post('/key/generate', { router_settings: settings }));
    expect(error).toMatchObject({ status: 400, param });
  });

  it('limit regions by metadata that can be read, or not at all', async () => {
    const metadata = { allowed_model_region: { eu: true } };
    const error = await errorOf(await ingress.post('/key/generate', { metadata }));
    expect(error).toMatchObject({ status: 400, param: 'metadata.allowed_model_region' });
  });
});

describe("a key's alias", () => {
  const asKey = { authorization: `Bearer ${VIRTUAL_KEY}` };
  const aliases = { fast: 'chat-default', 'chat-default': 'chat-quality' };
  const call = (model: string) => ingress.post('/v1/chat/completions', { ...CHAT, model }, asKey);

  it('stands for its target, which the key must be allowed', async () => {
    const key = keyRecordOf({ models: ['chat-default'], routing: { aliases } });
    ingress.bus.reply(findKey, () => ({ key, spendNanos: 0 }));
    expect((await call('fast')).status).toBe(200);
    // The router takes the step itself: it is told the name as the client wrote it.
    expect(ingress.bus.calls[0]?.header).toMatchObject({
      model: 'fast',
      principal: { routing: { aliases } },
    });
    const error = await errorOf(await call('chat-default'));
    expect(error).toMatchObject({ status: 403, type: 'key_model_access_denied', param: 'model' });
    expect(error['message']).toContain('chat-quality');
  });
});
