import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { startFaultLab, type FaultLab } from './fault-lab.js';
import type { Step } from './step.js';

interface Completion {
  readonly choices: readonly {
    readonly message: { readonly content: string | null; readonly tool_calls?: readonly unknown[] };
    readonly finish_reason: string;
  }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

let lab: FaultLab;
beforeAll(async () => {
  lab = await startFaultLab();
});
beforeEach(() => lab.reset());
afterAll(() => lab.close());

const user = (content: string) => ({ model: 'demo', messages: [{ role: 'user', content }] });

const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(lab.url + path, { method: 'POST', body: JSON.stringify(body), headers });

const chat = (body: object, step: Step = {}): Promise<Response> =>
  post('/v1/chat/completions', body, { 'x-lab-script': JSON.stringify(step) });

const json = async (response: Promise<Response>): Promise<Completion> =>
  (await (await response).json()) as Completion;

/** The body as far as it came, and whether it ended in good order. */
async function drain(response: Response): Promise<{ text: string; whole: boolean }> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      text += decoder.decode(chunk);
    return { text, whole: true };
  } catch {
    return { text, whole: false };
  }
}

const streamed = async (step: Step, body: object = user('Hi')): Promise<{ text: string; whole: boolean }> =>
  drain(await chat({ ...body, stream: true }, step));

/** Waits for what the lab learns a moment after its client. */
async function eventually(test: () => boolean): Promise<void> {
  const deadline = Date.now() + 2000;
  while (!test() && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
  expect(test()).toBe(true);
}

describe('answers', () => {
  it('echoes and counts a token as four characters', async () => {
    const { choices, usage } = await json(chat(user('Hello')));
    const content = choices[0]?.message.content ?? '';
    expect(content).toBe('Hello from the fault lab. You said: Hello');
    expect(usage).toMatchObject({ prompt_tokens: 2, completion_tokens: Math.ceil(content.length / 4) });
  });

  it('has the number of tokens that the step or the model name asks for', async () => {
    const first = await json(chat(user('Hello'), { tokens: 100 }));
    expect(first.choices[0]?.message.content).toHaveLength(400);
    const second = await json(post('/v1/chat/completions', { ...user('Hello'), model: 'demo?tokens=7' }));
    expect(second.usage?.completion_tokens).toBe(7);
  });

  it('stops at max_tokens', async () => {
    const { choices, usage } = await json(chat({ ...user('Hello'), max_tokens: 3 }));
    expect(choices[0]?.finish_reason).toBe('length');
    expect(usage?.completion_tokens).toBe(3);
  });

  it('answers with JSON that fits the schema', async () => {
    const schema = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } };
    const format = { type: 'json_schema', json_schema: { name: 'trip', schema } };
    const { choices } = await json(chat({ ...user('Plan'), response_format: format }));
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({ city: 'sample', days: 1 });
  });

  it('calls a tool with what the step says, whatever a system adds to the question', async () => {
    const tools = [{ type: 'function', function: { name: 'lookup', parameters: {} } }];
    const messages = [...user('Please call lookup').messages, { role: 'system', content: 'Be brief' }];
    const { choices } = await json(
      chat({ ...user(''), messages, tools }, { toolArguments: { city: 'Bonn' } }),
    );
    expect(choices[0]?.message.tool_calls).toMatchObject([
      { function: { name: 'lookup', arguments: '{"city":"Bonn"}' } },
    ]);
  });

  it('lists its models', async () => {
    lab.script('special', [{}]);
    const body = (await (await fetch(`${lab.url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(body.data.map(({ id }) => id)).toEqual(['demo', 'special']);
  });
});

describe('scripts', () => {
  it('go through their steps, and the last one stays', async () => {
    lab.script('demo', [{ status: 429, headers: { 'retry-after': '1' } }, { status: 500 }, {}]);
    const responses = [];
    for (let call = 0; call < 4; call++) responses.push(await post('/v1/chat/completions', user('Hi')));
    expect(responses.map(({ status }) => status)).toEqual([429, 500, 200, 200]);
    expect(responses[0]?.headers.get('retry-after')).toBe('1');
  });

  it('are set over HTTP, for a path too, and refused when they make no sense', async () => {
    const set = (script: object): Promise<Response> => post('/lab/script', script);
    expect((await set({ path: '/other', steps: [{ status: 503 }, {}], repeat: true })).status).toBe(200);
    const statuses = [];
    for (let call = 0; call < 3; call++) {
      statuses.push((await post('/other/v1/chat/completions', user('Hi'))).status);
    }
    expect(statuses).toEqual([503, 200, 503]);
    const wrong = await set({ model: 'demo', steps: [{ resetAfterByte: 1 }] });
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain('resetAfterByte');
  });

  it('delay the head and keep the pace', async () => {
    const started = Date.now();
    const response = await chat(
      { ...user('Hi'), stream: true },
      { delayMs: 100, tokens: 5, tokensPerSecond: 50 },
    );
    expect(Date.now() - started).toBeGreaterThanOrEqual(95);
    await drain(response);
    expect(Date.now() - started).toBeGreaterThanOrEqual(195);
  });

  it('read a request slowly', async () => {
    const started = Date.now();
    expect((await chat(user('x'.repeat(20_000)), { readBytesPerSecond: 100_000 })).status).toBe(200);
    expect(Date.now() - started).toBeGreaterThanOrEqual(190);
  });
});

describe('faults', () => {
  it('reset the connection after so many bytes', async () => {
    const { text, whole } = await streamed({ tokens: 100, resetAfterBytes: 5000 });
    expect(whole).toBe(false);
    expect(text.length).toBeLessThanOrEqual(5000);
    expect(lab.stats()).toMatchObject({ aborted: 1, finished: 0 });
  });

  it('end in good order, but early, in a stream and in JSON', async () => {
    const stream = await streamed({ tokens: 100, endAfterBytes: 5000 });
    expect(stream).toMatchObject({ whole: true });
    expect(stream.text).toHaveLength(5000);
    const cut = await drain(await chat(user('Hi'), { endAfterBytes: 50 }));
    expect(cut.whole).toBe(false);
  });

  it('stall until the client gives up', async () => {
    const abort = new AbortController();
    const body = JSON.stringify({ ...user('Hi'), stream: true });
    const response = await fetch(`${lab.url}/v1/chat/completions`, {
      method: 'POST',
      body,
      signal: abort.signal,
      headers: { 'x-lab-script': '{"stallAfterBytes":300}' },
    });
    expect(lab.stats().open).toBe(1);
    abort.abort();
    expect((await drain(response)).whole).toBe(false);
    await eventually(() => lab.stats().aborted === 1 && lab.stats().open === 0);
  });

  it.each<[string, Step, RegExp]>([
    ['a malformed event', { malformedChunkAt: 1 }, /\{"content":"oo\n\n/],
    ['a truncated event', { truncatedChunkAt: 1 }, /[^\n]$/],
    ['an error event', { errorEventAt: 1 }, /data: \{"error":[^\n]*\n\n$/],
    ['no end mark', { noDone: true }, /"finish_reason":"stop"\}\]\}\n\n$/],
    ['no finish', { noFinish: true }, /"finish_reason":null\}\]\}\n\n$/],
  ])('write %s', async (_name, step, expected) => {
    const { text, whole } = await streamed(step);
    expect(whole).toBe(true);
    expect(text).toMatch(expected);
  });
});

describe('an answer with a beginning', () => {
  const whole = 'Hello from the fault lab. You said: Hi';
  const asked = { role: 'user', content: 'Hi' };
  const begun = { role: 'assistant', content: 'Hello from the' };
  const ask = { role: 'user', content: 'Continue exactly where your last message stopped.' };
  const said = async (messages: readonly object[], step: Step = {}): Promise<unknown> =>
    (await json(chat({ model: 'demo', messages }, step))).choices[0]?.message.content;

  it.each([
    ['an assistant’s message at the end', [asked, begun]],
    ['one that the user asks to continue', [asked, begun, ask]],
  ])('goes on from %s', async (_what, messages) => {
    expect(await said(messages)).toBe(' fault lab. You said: Hi');
    expect(await said(messages, { repeatsBeginning: true })).toBe(whole);
    expect(await said(messages, { tokens: 5 })).toBe(whole.slice(14, 20));
  });

  it('goes on in Anthropic’s dialect, whose text is in blocks', async () => {
    const blocks = { role: 'assistant', content: [{ type: 'text', text: 'Hello from the' }] };
    const response = await post('/v1/messages', { model: 'demo', max_tokens: 99, messages: [asked, blocks] });
    expect(await response.json()).toMatchObject({ content: [{ text: ' fault lab. You said: Hi' }] });
  });

  it('is begun anew after the beginning of another, and where none was given', async () => {
    const other = { role: 'assistant', content: 'Good day' };
    expect(await said([asked, other])).toBe(whole);
    expect(await said([asked, { role: 'assistant', content: '' }])).toContain('You said: ');
    expect(await said([asked, begun, { role: 'user', content: 'Hi' }])).toBe(whole);
  });
});

describe('statistics', () => {
  it('tell by client request id what was served', async () => {
    await json(post('/v1/chat/completions', user('Hello'), { 'x-client-request-id': 'attempt-1' }));
    await post('/v1/chat/completions', { ...user('Hello'), model: 'demo?status=500' });
    await eventually(() => lab.stats().finished === 2);
    const calls = (await (await fetch(`${lab.url}/stats/calls`)).json()) as unknown[];
    expect(calls).toEqual([
      {
        id: 'attempt-1',
        model: 'demo',
        status: 200,
        promptTokens: 2,
        completionTokens: 11,
        state: 'finished',
      },
      expect.objectContaining({ status: 500, promptTokens: 0, completionTokens: 0, state: 'finished' }),
    ]);
    expect(lab.stats()).toMatchObject({ calls: 2, promptTokens: 2, completionTokens: 11 });
    expect(lab.lastRequests[0]?.headers['x-client-request-id']).toBe('attempt-1');
  });

  it('count of an aborted stream what was written, and no more than the client could read', async () => {
    const step = { tokens: 1000, chunkDelayMs: 5 };
    const response = await chat({ ...user('Hi'), stream: true }, step);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(first?.done).toBe(false);
    await reader?.cancel();
    await eventually(() => lab.stats().aborted === 1);
    const { completionTokens, byModel } = lab.stats();
    expect(completionTokens).toBeLessThan(500);
    expect(byModel).toEqual({ demo: { calls: 1, promptTokens: 1, completionTokens, aborted: 1 } });
  });

  it('do not run ahead of a client that does not read', async () => {
    const body = JSON.stringify({ ...user('Hi'), stream: true });
    const headers = { 'x-lab-script': '{"totalBytes":50000000,"chunkBytes":60000}' };
    const request = httpRequest(`${lab.url}/v1/chat/completions`, { method: 'POST', headers });
    request.end(body);
    const [response] = (await once(request, 'response')) as [{ destroy(): void }];
    const served: number[] = [];
    await eventually(() => {
      served.push(lab.stats().completionTokens);
      const last = served.slice(-100);
      return last.length === 100 && last[0] === last.at(-1) && (last[0] ?? 0) > 0;
    });
    expect(lab.stats().completionTokens).toBeLessThan(8_000_000);
    response.destroy();
  });
});
