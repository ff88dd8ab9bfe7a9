import { connectionTo } from '../connection.js';
import { findProvider } from '../manifest.js';
import type { Provider } from '../provider.js';
import { upstreamRequest, type UpstreamCall } from './upstream-request.js';

const OPTIONS = { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams: false };
const BODY = '{"model":"chat-default","messages":[{"role":"user","content":"hi"}]}';

const providerNamed = (name: string): Provider => {
  const found = findProvider(name);
  if (found === undefined) throw new Error(`No provider ${name}`);
  return found;
};

const pairs = (list: readonly string[]): [string, string][] =>
  list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] ?? '']] : []));

type Own = Partial<Omit<UpstreamCall, 'body'>> & { readonly body?: string; readonly organization?: string };

const build = (name: string, own: Own = {}) => {
  const { body, organization = null, ...call } = own;
  const settings = {
    apiKey: 'key-of-test',
    apiBase: 'http://host',
    apiVersion: null,
    organization,
    more: {},
  };
  const request = upstreamRequest(connectionTo(providerNamed(name), settings), {
    attemptId: 'call:1',
    dialect: 'openai-chat',
    model: 'chat-default',
    upstreamModel: 'gpt-4o-mini',
    stream: false,
    includeUsage: false,
    headers: {},
    options: OPTIONS,
    body: Buffer.from(body ?? BODY),
    ...call,
  });
  const headers = new Map(pairs(request.headers));
  return { ...request, headers, text: Buffer.from(request.body).toString() };
};

describe('upstreamRequest', () => {
  it('swaps the model and leaves every other byte', () => {
    const body = '{ "model" : "x",\n "messages":[], "temperature":1.0, "brand_new":{"a":[1,2e3]}, "n":1 }';
    expect(build('openai', { body }).text).toBe(body.replace('"x"', '"gpt-4o-mini"'));
  });

  it('keeps the gateway’s own fields here', () => {
    const body =
      '{"model":"x","tags":["a"],"litellm_metadata":{},"fallbacks":["y"],"num_retries":3,"deterministic":true,"allowed_model_region":"eu","mock_response":"z",' +
      '"api_key":"sk-client","no-log":true,"messages":[],"metadata":{"k":"v"},"user":"u"}';
    expect(build('openai', { body }).text).toBe(
      '{"model":"gpt-4o-mini","messages":[],"metadata":{"k":"v"},"user":"u"}',
    );
    expect(build('groq', { body }).text).toBe('{"model":"gpt-4o-mini","messages":[],"user":"u"}');
  });

  it('applies the deployment’s wishes', () => {
    const body =
      '{"model":"x","messages":[],"temperature":0,"max_completion_tokens":5,"logprobs":true,"top_k":1}';
    const options = {
      defaults: { temperature: 1, max_tokens: 9, seed: 7 },
      extraBody: { top_k: 2, guided: { a: 1 } },
      additionalDropParams: ['logprobs'],
      dropParams: false,
    };
    expect(JSON.parse(build('openai', { body, options }).text)).toEqual({
      model: 'gpt-4o-mini',
      messages: [],
      temperature: 0,
      max_completion_tokens: 5,
      seed: 7,
      top_k: 2,
      guided: { a: 1 },
    });
  });

  it.each([
    ['{"model":"x","stream":true}', { include_usage: true }],
    [
      '{"model":"x","stream":true,"stream_options":{"include_usage":false,"include_obfuscation":false}}',
      { include_usage: true, include_obfuscation: false },
    ],
    ['{"model":"x","stream":true,"stream_options":null}', { include_usage: true }],
  ])('asks for the usage of a stream: %s', (body, expected) => {
    const sent = JSON.parse(build('openai', { body, stream: true }).text) as Record<string, unknown>;
    expect(sent['stream_options']).toEqual(expected);
  });

  it('does not ask providers that refuse to be asked', () => {
    const body = '{"model":"x","stream":true,"stream_options":{"include_usage":true}}';
    expect(build('mistral', { body, stream: true }).text).toBe('{"model":"gpt-4o-mini","stream":true}');
  });

  it('translates for a provider of another dialect', () => {
    const body =
      '{"model":"x","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"hi"}],"tags":["a"],' +
      '"metadata":{"user_id":"u1","trace":"t"},"stream":true,"stream_options":{"include_usage":true}}';
    const sent = JSON.parse(build('anthropic', { body, stream: true }).text) as Record<string, unknown>;
    expect(sent).toMatchObject({
      model: 'gpt-4o-mini',
      stream: true,
      max_tokens: 4096,
      system: expect.anything() as unknown,
      messages: [{ role: 'user' }],
      metadata: { user_id: 'u1' },
    });
    expect(sent).not.toHaveProperty('tags');
    expect(sent).not.toHaveProperty('stream_options');
  });

  it('translates Anthropic messages for an OpenAI-compatible provider', () => {
    const body = '{"model":"x","max_tokens":5,"stream":true,"messages":[{"role":"user","content":"hi"}]}';
    const sent = JSON.parse(
      build('groq', { body, stream: true, dialect: 'anthropic-messages' }).text,
    ) as object;
    expect(sent).toMatchObject({
      model: 'gpt-4o-mini',
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('sends the client’s headers to whom they are meant for', () => {
    const headers = {
      'openai-beta': 'b',
      'anthropic-beta': 'c',
      'x-brand-new': 'd',
      authorization: 'Bearer client',
      cookie: 'e',
      'x-litellm-tags': 'f',
      'accept-encoding': 'gzip',
    };
    const client = ['openai-beta', 'anthropic-beta', 'x-brand-new', 'cookie', 'x-litellm-tags'];
    const seen = (name: string) => client.filter((header) => build(name, { headers }).headers.has(header));
    expect(seen('openai')).toEqual(['openai-beta', 'x-brand-new']);
    expect(seen('groq')).toEqual(['x-brand-new']);
    expect(seen('anthropic')).toEqual(['anthropic-beta']);
    expect(build('openai', { headers }).headers.get('authorization')).toBe('Bearer key-of-test');
    expect(build('openai', { headers }).headers.get('accept-encoding')).toBe('identity');
    expect(build('openai').headers.get('x-client-request-id')).toBe('call:1');
  });

  it.each(['openai', 'azure'])(
    'bills the account of the deployment, whatever the client names: %s',
    (name) => {
      const headers = { 'openai-organization': 'org-client', 'openai-project': 'proj-client' };
      const sent = build(name, { headers, organization: 'org-own' }).headers;
      expect(sent.get('openai-organization')).toBe(name === 'openai' ? 'org-own' : undefined);
      expect(sent.has('openai-project')).toBe(false);
      expect(build(name, { headers }).headers.has('openai-organization')).toBe(false);
    },
  );

  it('prefers the client’s version of Anthropic’s API', () => {
    const headers = { 'anthropic-version': '2030-01-01' };
    expect(build('anthropic').headers.get('anthropic-version')).toBe('2023-06-01');
    expect(build('anthropic', { headers }).headers.get('anthropic-version')).toBe('2030-01-01');
  });

  it('completes Fireworks’ short model names', () => {
    expect(JSON.parse(build('fireworks_ai', { upstreamModel: 'llama' }).text)).toMatchObject({
      model: 'accounts/fireworks/models/llama',
    });
  });
});
