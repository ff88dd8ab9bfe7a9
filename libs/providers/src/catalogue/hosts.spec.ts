import type { Dialect } from '@tollgate/contracts';
import { mockedCall } from '../_mocked-call.js';
import { findProvider } from '../manifest.js';
import type { Provider } from '../provider.js';
import { namedRow } from './openai-compatible.js';

const answer = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'own',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
};

const call = (whose: string | Provider, dialect: Dialect, request: object, reply: object) =>
  mockedCall(whose, dialect, { body: Buffer.from(JSON.stringify({ model: 'seen', ...request })) }, reply);

const chat = (whose: string | Provider) =>
  call(whose, 'openai-chat', { messages: [{ role: 'user', content: 'Hello' }] }, answer);

describe('a row that is added', () => {
  const added = namedRow('tomorrows_cloud', 'https://api.tomorrows.example/v1');

  it('is all that a provider takes: chat, embeddings, variables', async () => {
    const chatted = await chat(added);
    expect(chatted.path).toBe('/v1/chat/completions');
    expect(chatted.headers).toMatchObject({ authorization: 'Bearer sk-test' });
    expect(JSON.parse(chatted.sent.toString())).toMatchObject({ model: 'own' });
    expect(JSON.parse(chatted.data.toString())).toMatchObject({ model: 'seen', choices: answer.choices });
    expect(chatted.usage).toMatchObject({ input: 1, output: 2 });

    const vectors = { object: 'list', data: [], model: 'own', usage: { prompt_tokens: 4, total_tokens: 4 } };
    const embedded = await call(added, 'openai-embeddings', { input: 'a' }, vectors);
    expect([embedded.path, embedded.usage?.input]).toEqual(['/v1/embeddings', 4]);

    expect(added.variables).toMatchObject({
      apiKey: ['TOMORROWS_CLOUD_API_KEY'],
      apiBase: ['TOMORROWS_CLOUD_API_BASE'],
    });
  });

  it("serves clients of other dialects too, as Anthropic's", async () => {
    const request = { max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] };
    const { path, data } = await call(added, 'anthropic-messages', request, answer);
    expect(path).toBe('/v1/chat/completions');
    expect(JSON.parse(data.toString())).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'Hi' }],
    });
  });
});

describe('rows of the catalogue', () => {
  it.each([
    ['novita', '/v3/openai/chat/completions'],
    ['deepinfra', '/v1/openai/chat/completions'],
    ['zai', '/api/paas/v4/chat/completions'],
    ['helicone', '/chat/completions'],
    ['gradient_ai', '/v1/chat/completions'],
    ['datarobot', '/api/v2/genai/llmgw/chat/completions/'],
  ])('%s is called at %s', async (name, path) => {
    const seen = await chat(name);
    expect([seen.path, seen.headers]).toEqual([
      path,
      expect.objectContaining({ authorization: 'Bearer sk-test' }),
    ]);
    expect(JSON.parse(seen.data.toString())).toMatchObject({ model: 'seen', choices: answer.choices });
  });

  it('holds the key in the header that the row names', async () => {
    const { headers } = await chat('sarvam');
    expect(headers).toMatchObject({ 'api-subscription-key': 'sk-test' });
    expect(headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['gradient_ai', '', '/api/v1/chat/completions'],
    ['heroku', '', '/v1/chat/completions'],
    ['heroku', '/v1', '/v1/chat/completions'],
  ])('%s below the base "%s" is at %s', (name, basePath, path) => {
    const [endpoint] = findProvider(name)!.endpoints('own');
    expect(endpoint!.path({ basePath, model: 'own', apiVersion: null })).toBe(path);
  });

  it("writes Clarifai's models as their addresses", () => {
    const { modelName } = findProvider('clarifai')!;
    expect(modelName!('openai.chat-completion.gpt-4o')).toBe(
      'https://clarifai.com/openai/chat-completion/models/gpt-4o',
    );
    expect(modelName!('https://clarifai.com/a/b/models/c')).toBe('https://clarifai.com/a/b/models/c');
  });

  it('completes texts where models do not chat', async () => {
    const reply = {
      ...answer,
      object: 'text_completion',
      choices: [{ index: 0, text: 'Hi', finish_reason: 'stop' }],
    };
    const seen = await call('text-completion-openai', 'openai-completions', { prompt: 'Hello' }, reply);
    expect(seen.path).toBe('/v1/completions');
    expect(seen.usage).toMatchObject({ input: 1, output: 2 });
  });
});
