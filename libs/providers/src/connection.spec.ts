import { connectionTo } from './connection.js';
import { wayTo } from './endpoint.js';
import { findProvider } from './manifest.js';
import type { Provider, Settings } from './provider.js';

const NONE: Settings = { apiKey: null, apiBase: null, apiVersion: null, organization: null, more: {} };
const provider = (name: string): Provider => {
  const found = findProvider(name);
  if (found === undefined) throw new Error(`No provider ${name}`);
  return found;
};

const urlOf = (name: string, settings: Partial<Settings>, model = 'gpt-4o'): string => {
  const connection = connectionTo(provider(name), { ...NONE, apiKey: 'key-of-test', ...settings });
  const { origin, basePath, apiVersion } = connection;
  const way = wayTo(connection.provider.endpoints(model), 'openai-chat');
  return origin + way!.endpoint.path({ basePath, model, apiVersion });
};

describe('connectionTo', () => {
  it.each([
    ['openai', {}, 'https://api.openai.com/v1/chat/completions'],
    ['openai', { apiBase: ' ' }, 'https://api.openai.com/v1/chat/completions'],
    ['openai', { apiBase: 'http://vllm:8000/v1/' }, 'http://vllm:8000/v1/chat/completions'],
    ['openai', { apiBase: 'http://vllm/v1/chat/completions' }, 'http://vllm/v1/chat/completions'],
    [
      'azure',
      { apiBase: 'https://eu.openai.azure.com/' },
      'https://eu.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21',
    ],
    [
      'azure',
      { apiBase: 'https://eu.openai.azure.com', apiVersion: '2025-01-01-preview' },
      'https://eu.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2025-01-01-preview',
    ],
    [
      'azure',
      { apiBase: 'https://eu.openai.azure.com/openai/v1' },
      'https://eu.openai.azure.com/openai/v1/chat/completions',
    ],
    ['anthropic', {}, 'https://api.anthropic.com/v1/messages'],
    ['anthropic', { apiBase: 'http://proxy/v1' }, 'http://proxy/v1/messages'],
    ['ollama', {}, 'http://localhost:11434/v1/chat/completions'],
    ['ollama', { apiBase: 'http://ollama:11434' }, 'http://ollama:11434/v1/chat/completions'],
    ['ollama', { apiBase: 'http://ollama/v1' }, 'http://ollama/v1/chat/completions'],
    ['ollama_chat', { apiBase: 'http://ollama/v1' }, 'http://ollama/api/chat'],
    ['ollama_chat', { apiBase: 'http://ollama/api/generate' }, 'http://ollama/api/chat'],
    ['cohere', {}, 'https://api.cohere.com/v2/chat'],
    ['cohere_chat', { apiBase: 'https://eu.cohere/v1/chat' }, 'https://eu.cohere/v2/chat'],
    ['groq', {}, 'https://api.groq.com/openai/v1/chat/completions'],
  ])('%s %j calls %s', (name, settings: Partial<Settings>, url) => {
    expect(urlOf(name, settings)).toBe(url);
  });

  it.each([
    ['openai', 'authorization', 'Bearer key-of-test'],
    ['azure', 'api-key', 'key-of-test'],
    ['anthropic', 'x-api-key', 'key-of-test'],
  ])('%s authenticates by its own header', (name, header, value) => {
    const settings = { ...NONE, apiKey: ' key-of-test\n', apiBase: 'http://host' };
    expect(connectionTo(provider(name), settings).headers.get(header)).toBe(value);
  });

  it('needs a key at a provider’s own address, not elsewhere', () => {
    expect(() => connectionTo(provider('openai'), NONE)).toThrow(
      expect.objectContaining({
        code: 'upstream_authentication',
        message: expect.stringContaining('OPENAI_API_KEY'),
      }),
    );
    const own = connectionTo(provider('openai'), { ...NONE, apiBase: 'http://localhost:8000/v1' });
    expect(own.headers.has('authorization')).toBe(false);
    expect(connectionTo(provider('ollama'), NONE).apiBase).toBe('http://localhost:11434');
  });

  it.each([null, 'not a url', 'ftp://host'])('refuses the base %p', (apiBase) => {
    expect(() => connectionTo(provider('hosted_vllm'), { ...NONE, apiBase })).toThrow(
      expect.objectContaining({ code: 'deployment_unavailable' }),
    );
  });

  it('shows no credentials of the URL', () => {
    const connection = connectionTo(provider('openai'), {
      ...NONE,
      apiBase: 'http://user:pass@host/v1?key=secret',
    });
    expect(connection.apiBase).toBe('http://host/v1');
  });

  it('lets configured headers win', () => {
    const connection = connectionTo(
      provider('openai'),
      { ...NONE, apiKey: 'key-of-test' },
      { Authorization: 'Basic abcdefgh' },
    );
    expect(connection.headers.get('authorization')).toBe('Basic abcdefgh');
    expect(connection.source.secrets).toContain('Basic abcdefgh');
  });

  it.each([
    [{ apiKey: 'sk-from\nfile' }, {}],
    [{ apiKey: 'sk-abc\u201d' }, {}],
    [{}, { 'x-team': 'a\r\nb' }],
    [{}, { 'bad name': 'x' }],
  ])('is none when a header cannot be sent: %j %j', (own, extraHeaders) => {
    const settings = {
      apiKey: 'sk-good',
      apiBase: null,
      apiVersion: null,
      organization: null,
      more: {},
      ...own,
    };
    const connect = () => connectionTo(findProvider('openai')!, settings, extraHeaders);
    expect(connect).toThrow(expect.objectContaining({ code: 'deployment_unavailable' }));
    expect(connect).not.toThrow(/sk-/);
  });
});
