import { mockedCall, type MockedAnswer } from '../_mocked-call.js';

const prediction = {
  ...{ id: 'p1', status: 'succeeded', model: 'meta/llama', created_at: '2026-01-01T00:00:00Z' },
  output: ['Good ', 'day'],
  error: null,
  metrics: { input_token_count: 7, output_token_count: 2 },
};
const hello = [{ role: 'user', content: 'Hi' }];

const ask = (fields: object, reply: object = prediction): Promise<MockedAnswer> =>
  mockedCall(
    'replicate',
    'openai-chat',
    { body: Buffer.from(JSON.stringify({ model: 'seen', messages: hello, ...fields })) },
    reply,
  );

it('runs a prediction and waits for it', async () => {
  const system = { role: 'system', content: 'be brief' };
  const fields = { messages: [system, ...hello], max_tokens: 9, stop: ['a', 'b'], temperature: 0 };
  const { path, headers, sent, data, usage } = await ask(fields);
  expect(path).toBe('/v1/models/own/predictions');
  expect(headers).toMatchObject({ authorization: 'Bearer sk-test', prefer: 'wait' });
  expect(JSON.parse(sent.toString())).toEqual({
    input: { prompt: 'Hi', system_prompt: 'be brief', max_tokens: 9, stop_sequences: 'a,b', temperature: 0 },
  });
  expect(JSON.parse(data.toString())).toMatchObject({
    ...{ id: 'p1', model: 'seen', created: 1_767_225_600 },
    choices: [{ message: { content: 'Good day' }, finish_reason: 'stop' }],
  });
  expect(usage).toMatchObject({ input: 7, output: 2 });
});

it('writes a conversation down turn by turn', async () => {
  const messages = [...hello, { role: 'assistant', content: 'Hello' }, { role: 'user', content: 'Again' }];
  const { sent } = await ask({ messages });
  expect(JSON.parse(sent.toString())).toEqual({
    input: { prompt: 'User: Hi\n\nAssistant: Hello\n\nUser: Again\n\nAssistant:' },
  });
});

it.each([
  ['tools', { tools: [{ type: 'function', function: { name: 'x' } }] }],
  ['n', { n: 2 }],
  [
    'messages[0].content[0]',
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] }] },
  ],
])('refuses %s by name', async (param, fields) => {
  await expect(ask(fields)).rejects.toMatchObject({ code: 'unsupported_parameter', options: { param } });
});

it.each([
  ['upstream_timeout', { ...prediction, status: 'processing', output: null }],
  ['upstream_error', { ...prediction, status: 'canceled', output: null }],
  ['upstream_error', { ...prediction, status: 'failed', output: null, error: 'CUDA out of memory' }],
  ['upstream_invalid_response', { ...prediction, output: { url: 'x' } }],
])('is told as %s when there is no answer', async (code, reply) => {
  await expect(ask({}, reply)).rejects.toMatchObject({ code });
});
