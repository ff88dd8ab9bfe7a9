import { startFaultLab, type FaultLab } from './fault-lab.js';

let lab: FaultLab;
beforeAll(async () => {
  lab = await startFaultLab();
});
afterAll(() => lab.close());

async function post(path: string, body: object): Promise<string> {
  const response = await fetch(lab.url + path, { method: 'POST', body: JSON.stringify(body) });
  return response.text();
}

const parse = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;
const sse = (text: string): Record<string, unknown>[] =>
  [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => parse(data ?? ''));

const schema = { type: 'object', properties: { city: { type: 'string' } } };
const openAiTools = ['weather', 'time'].map((name) => ({
  type: 'function',
  function: { name, parameters: schema },
}));
const anthropicTools = ['weather', 'time'].map((name) => ({ name, input_schema: schema }));
const asking = (content: string) => ({ model: 'demo', messages: [{ role: 'user', content }] });

describe('OpenAI', () => {
  const path = '/v1/chat/completions';
  const stream = { stream: true, stream_options: { include_usage: true } };

  it('streams role, content, finish, usage and the end mark', async () => {
    const text = await post(path, { ...asking('Hi'), ...stream });
    const events = sse(text) as {
      choices: { delta: { content?: string }; finish_reason: string | null }[];
    }[];
    const content = events.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
    expect(content).toBe('Hello from the fault lab. You said: Hi');
    expect(events.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(events.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 10 } });
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('sends no usage to those who do not ask', async () => {
    expect(await post(path, { ...asking('Hi'), stream: true })).not.toContain('usage');
  });

  it('calls two tools at once, by fragments', async () => {
    const text = await post(path, {
      ...asking('call weather and call time'),
      tools: openAiTools,
      stream: true,
    });
    const fragments = (sse(text) as { choices: { delta: { tool_calls?: Fragment[] } }[] }[]).flatMap(
      ({ choices }) => choices[0]?.delta.tool_calls ?? [],
    );
    const joined = (index: number): string =>
      fragments.map((part) => (part.index === index ? part.function.arguments : '')).join('');
    expect(fragments.map((part) => part.function.name).filter(Boolean)).toEqual(['weather', 'time']);
    expect([joined(0), joined(1)].map(parse)).toEqual([{ city: 'sample' }, { city: 'sample' }]);
    expect(text).toContain('"finish_reason":"tool_calls"');
  });

  it('answers with text once it has the result of the tool', async () => {
    const messages = [
      ...asking('call weather').messages,
      { role: 'tool', tool_call_id: 'a', content: 'Sunny' },
    ];
    const text = await post(path, { model: 'demo', messages, tools: openAiTools });
    expect(text).toContain('The tool said: Sunny');
  });

  it('says what is wrong with a request', async () => {
    const response = await fetch(lab.url + path, { method: 'POST', body: '{"model":"demo"}' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });
});

interface Fragment {
  readonly index: number;
  readonly function: { readonly name?: string; readonly arguments: string };
}

describe('Azure', () => {
  it('takes the model from the path and reports its content filter', async () => {
    const path = '/openai/deployments/mine/chat/completions?api-version=2024-10-21';
    const body = parse(await post(path, { messages: [{ role: 'user', content: 'Hi' }] }));
    expect(body).toMatchObject({ model: 'mine', prompt_filter_results: [{ prompt_index: 0 }] });
    const events = sse(await post(path, { messages: [{ role: 'user', content: 'Hi' }], stream: true }));
    expect(events[0]).toMatchObject({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] });
  });
});

describe('Anthropic', () => {
  const path = '/v1/messages';

  it('streams its events in order, thinking first', async () => {
    const request = { ...asking('Hi'), max_tokens: 1000, thinking: { type: 'enabled' }, stream: true };
    const events = sse(await post(path, request));
    const kinds = events.map(({ type }) => String(type)).filter((type, at, all) => type !== all[at - 1]);
    expect(kinds).toEqual([
      'message_start',
      ...['content_block_start', 'ping', 'content_block_delta', 'content_block_stop'],
      ...['content_block_start', 'content_block_delta', 'content_block_stop'],
      ...['message_delta', 'message_stop'],
    ]);
    const deltas = events.map((event) => event['delta'] as { type?: string } | undefined);
    expect(deltas.find((delta) => delta?.type === 'signature_delta')).toBeDefined();
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: 'end_turn' }, usage: { input_tokens: 1 } });
  });

  it('splits cached from fresh input tokens', async () => {
    const request = {
      ...asking('x'.repeat(400)),
      model: 'demo?cachedTokens=60&cacheWriteTokens=10',
      max_tokens: 9,
    };
    expect(parse(await post(path, request))).toMatchObject({
      stop_reason: 'max_tokens',
      usage: {
        input_tokens: 30,
        cache_read_input_tokens: 60,
        cache_creation_input_tokens: 10,
        output_tokens: 9,
      },
    });
  });

  it('calls the tool that it must', async () => {
    const choice = { type: 'tool', name: 'time' };
    const request = { ...asking('Hi'), max_tokens: 100, tools: anthropicTools, tool_choice: choice };
    expect(parse(await post(path, request))).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ type: 'tool_use', name: 'time', input: { city: 'sample' } }],
    });
  });

  it('has errors of its own shape', async () => {
    const body = parse(await post(path, { ...asking('Hi'), model: 'demo?status=529' }));
    expect(body).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
  });
});

describe('Cohere', () => {
  const path = '/v2/chat';

  it('streams its events in order, thinking first', async () => {
    const events = sse(await post(path, { ...asking('Hi'), thinking: { type: 'enabled' }, stream: true }));
    const kinds = events.map(({ type }) => String(type)).filter((type, at, all) => type !== all[at - 1]);
    const content = ['content-start', 'content-delta', 'content-end'];
    expect(kinds).toEqual(['message-start', ...content, ...content, 'message-end']);
    expect(events.at(-1)).toMatchObject({
      delta: { finish_reason: 'COMPLETE', usage: { billed_units: { input_tokens: 1 } } },
    });
  });

  it('calls the tool that it must, and says what is wrong in a message alone', async () => {
    const request = { ...asking('Hi'), tools: openAiTools, tool_choice: 'REQUIRED' };
    expect(parse(await post(path, request))).toMatchObject({
      message: { tool_calls: [{ function: { name: 'weather', arguments: '{"city":"sample"}' } }] },
      finish_reason: 'TOOL_CALL',
    });
    expect(parse(await post(path, { ...asking('Hi'), model: 'demo?status=500' }))).toMatchObject({
      message: 'The fault lab says 500',
    });
  });
});

describe('Gemini', () => {
  const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
  const tools = [{ functionDeclarations: [{ name: 'weather', parameters: { ...schema, type: 'OBJECT' } }] }];

  it('streams answers that add up, thoughts first', async () => {
    const generationConfig = { thinkingConfig: { includeThoughts: true } };
    const text = await post('/v1beta/models/demo:streamGenerateContent?alt=sse', {
      contents,
      generationConfig,
    });
    const events = sse(text);
    const parts = events.flatMap(
      (event) =>
        (event['candidates'] as { content: { parts: { thought?: boolean }[] } }[])[0]?.content.parts ?? [],
    );
    expect(parts[0]).toMatchObject({ thought: true });
    expect(parts.at(-2)).not.toHaveProperty('thought');
    expect(events.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 1 },
    });
  });

  it('calls the tool that it must, and has errors of its own shape', async () => {
    const toolConfig = { functionCallingConfig: { mode: 'ANY' } };
    const called = parse(await post('/v1/models/demo:generateContent', { contents, tools, toolConfig }));
    expect(called).toMatchObject({
      candidates: [{ content: { parts: [{ functionCall: { name: 'weather', args: { city: 'sample' } } }] } }],
      modelVersion: 'demo',
    });
    const failed = parse(await post('/v1/models/demo%3Fstatus=429:generateContent', { contents }));
    expect(failed).toMatchObject({ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } });
  });
});

describe('Ollama', () => {
  it('streams lines unless told not to', async () => {
    const lines = (await post('/api/chat', asking('Hi'))).trim().split('\n').map(parse);
    expect(lines.map(({ done }) => done)).toEqual([...lines.slice(1).map(() => false), true]);
    expect(lines.at(-1)).toMatchObject({ done_reason: 'stop', prompt_eval_count: 1, eval_count: 10 });
    const whole = parse(await post('/api/chat', { ...asking('Hi'), stream: false }));
    expect(whole).toMatchObject({ done: true, message: { role: 'assistant' } });
  });

  it('calls tools with arguments as objects', async () => {
    const request = { ...asking('call time'), tools: openAiTools, stream: false };
    expect(parse(await post('/api/chat', request))).toMatchObject({
      message: { tool_calls: [{ function: { name: 'time', arguments: { city: 'sample' } } }] },
    });
  });
});
