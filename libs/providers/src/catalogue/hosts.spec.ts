import type { Dialect } from '@tollgate/contracts';
import { mockedCall } from '../_mocked-call.js';
import { findProvider } from '../manifest.js';

const answer = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'own',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
};

const call = (name: string, dialect: Dialect, request: object, reply: object) =>
  mockedCall(name, dialect, { body: Buffer.from(JSON.stringify({ model: 'seen', ...request })) }, reply);

const chat = (name: string) =>
  call(name, 'openai-chat', { messages: [{ role: 'user', content: 'Hello' }] }, answer);

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
