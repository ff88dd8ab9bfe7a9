import { NO_USAGE } from '@tollgate/contracts';
import type { Json } from '@tollgate/dialects';
import { connectionTo } from '../connection.js';
import { findProvider } from '../manifest.js';
import { prefillOf } from './continued-body.js';
import { upstreamRequest } from './upstream-request.js';

const OPTIONS = { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams: false };
const providerOf = (name: string) => {
  const provider = findProvider(name);
  if (provider === undefined) throw new Error(`no provider ${name}`);
  return provider;
};
const settingsOf = (apiBase: string | null) => ({
  ...{ apiKey: 'sk-some-key', apiBase, apiVersion: null, organization: null, more: {} },
});

/** The request for an answer that goes on from `One, `. */
const continued = (name: string, apiBase: string | null, own: Json = {}): { path: string; body: string } => {
  const { path, body } = upstreamRequest(connectionTo(providerOf(name), settingsOf(apiBase)), {
    ...{ attemptId: 'call:1', dialect: 'openai-chat', model: 'ours', upstreamModel: 'm', stream: true },
    ...{ includeUsage: false, headers: {}, options: OPTIONS },
    body: Buffer.from(
      JSON.stringify({ model: 'ours', stream: true, messages: [{ role: 'user', content: 'Hi' }], ...own }),
    ),
    partial: { text: 'One, ', responseId: 'r', created: 1, usage: NO_USAGE },
  });
  return { path, body: Buffer.from(body).toString() };
};

describe('a request whose answer goes on', () => {
  it('says so in the provider’s way, and keeps every other byte', () => {
    const { body } = continued('mistral', null, { seed: '12345678901234567890', max_tokens: 100 });
    expect(body).toBe(
      '{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"},' +
        '{"role":"assistant","content":"One, ","prefix":true}],"seed":"12345678901234567890","max_tokens":98}',
    );
    expect(continued('hosted_vllm', 'http://mine').body).toContain('"continue_final_message":true');
    expect(continued('openai', null).body).toContain('Continue exactly where');
  });

  it.each([
    [null, '/beta/chat/completions'],
    ['https://api.deepseek.com/v1', '/beta/chat/completions'],
    ['https://api.deepseek.com/beta', '/beta/chat/completions'],
    ['https://proxy/deepseek', '/deepseek/chat/completions'],
  ])('goes to DeepSeek’s beta endpoint, which alone takes prefixes: %s', (apiBase, path) => {
    const request = continued('deepseek', apiBase);
    expect(request.path).toBe(path);
    expect(request.body).toContain('"prefix":true');
  });
});

describe('Claude', () => {
  const anthropic = providerOf('anthropic');

  it.each([
    'claude-instant-1.2',
    'claude-2.1',
    'claude-3-5-sonnet-20241022',
    'claude-3-haiku-20240307',
    'claude-sonnet-4-20250514',
    'claude-opus-4-1',
    'claude-sonnet-4-5',
    'claude-haiku-4-5-20251001',
    'claude-opus-4-5@20251101',
    'anthropic.claude-sonnet-4-5-20250929-v1:0',
  ])('%s takes the beginning of its answer', (model) => {
    expect(prefillOf(anthropic, model)).toBe('trailing');
  });

  it.each(['claude-opus-4-6', 'claude-sonnet-4-6-20260217', 'claude-opus-4-7', 'claude-sonnet-5', 'other'])(
    '%s must be asked',
    (model) => {
      expect(prefillOf(anthropic, model)).toBe('ask');
    },
  );
});
