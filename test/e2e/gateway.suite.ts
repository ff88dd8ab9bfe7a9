import Anthropic from '@anthropic-ai/sdk';
import type { FaultLab } from '@tollgate/testing';
import OpenAI from 'openai';
import { MASTER_KEY, SEED_VARIABLES, eventually, json } from './_seed.js';

export interface Subject {
  readonly url: string;
  readonly lab: FaultLab;
}

const bearer = (key: string): Record<string, string> => ({ ...json, authorization: `Bearer ${key}` });

interface SpendRow {
  request_id: string;
  status: string;
  spend: number;
  prompt_tokens: number;
  completion_tokens: number;
  model_group: string;
  custom_llm_provider: string;
  metadata: { tollgate_call_id: string };
}

/** What a user can do, in either mode; `subject` starts the system once. */
export function describeGateway(subject: () => Subject): void {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${subject().url}${path}`, {
      method: 'POST',
      headers: { ...bearer(MASTER_KEY), ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const chat = (model: string, extra: object = {}): object => ({
    model,
    messages: [{ role: 'user', content: 'Say hello to the gate' }],
    ...extra,
  });
  const spendOf = async (callId: string): Promise<SpendRow[]> => {
    const response = await fetch(`${subject().url}/spend/logs?request_id=${callId}`, {
      headers: bearer(MASTER_KEY),
    });
    return (await response.json()) as SpendRow[];
  };
  const openai = (apiKey = MASTER_KEY): OpenAI =>
    new OpenAI({ baseURL: `${subject().url}/v1`, apiKey, maxRetries: 0 });
  const anthropic = (apiKey = MASTER_KEY): Anthropic =>
    new Anthropic({ baseURL: subject().url, apiKey, maxRetries: 0 });

  beforeEach(() => {
    subject().lab.reset();
  });

  describe.each(['chat-default', 'chat-quality', 'chat-local', 'chat-azure'])('%s', (model) => {
    it('answers JSON and keeps the name the client asked for', async () => {
      const response = await post('/v1/chat/completions', chat(model));
      const body = (await response.json()) as OpenAI.ChatCompletion;
      expect(response.status).toBe(200);
      expect(body).toMatchObject({ object: 'chat.completion', model });
      expect(body.choices[0]!.message.content).toMatch(/\S/);
      expect(response.headers.get('x-litellm-model-group')).toBe(model);
      expect(response.headers.get('x-litellm-attempted-fallbacks')).toBe('0');
    });

    it('streams, ends with [DONE] and reports usage only to a client that asked', async () => {
      const text = await (await post('/chat/completions', chat(model, { stream: true }))).text();
      expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
      expect(text).not.toContain('"usage":{');
      const withUsage = await (
        await post(
          '/chat/completions',
          chat(model, { stream: true, stream_options: { include_usage: true } }),
        )
      ).text();
      expect(withUsage).toContain('"usage":{');
    });

    it('is in the ledger once, with the tokens the provider served', async () => {
      const response = await post('/v1/chat/completions', chat(model));
      const { usage } = (await response.json()) as OpenAI.ChatCompletion;
      const callId = response.headers.get('x-tollgate-call-id')!;
      const rows = await eventually(
        () => spendOf(callId),
        (found) => found.length > 0,
      );
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatchObject({
        status: 'success',
        prompt_tokens: usage!.prompt_tokens,
        completion_tokens: usage!.completion_tokens,
        model_group: model,
      });
    });
  });

  describe('the official OpenAI client', () => {
    it('chats, streams and calls tools', async () => {
      const tools = [
        {
          type: 'function' as const,
          function: { name: 'lookup', parameters: { type: 'object', properties: {} } },
        },
      ];
      for (const model of ['chat-default', 'chat-quality']) {
        const called = await openai().chat.completions.create({
          model,
          tools,
          messages: [{ role: 'user', content: 'please call lookup' }],
        });
        const call = called.choices[0]!.message
          .tool_calls![0] as OpenAI.ChatCompletionMessageFunctionToolCall;
        expect(called.choices[0]!.finish_reason).toBe('tool_calls');
        expect(call.function.name).toBe('lookup');
        expect(() => JSON.parse(call.function.arguments) as unknown).not.toThrow();

        const answered = await openai().chat.completions.create({
          model,
          tools,
          messages: [
            { role: 'user', content: 'please use it' },
            { role: 'assistant', tool_calls: [call] },
            { role: 'tool', tool_call_id: call.id, content: '42' },
          ],
        });
        expect(answered.choices[0]!.finish_reason).toBe('stop');

        const stream = openai().chat.completions.stream({
          model,
          messages: [{ role: 'user', content: 'hello' }],
        });
        expect((await stream.finalChatCompletion()).choices[0]!.message.content).toMatch(/\S/);
      }
    });

    it('lists models and sees errors as its own', async () => {
      const names = (await openai().models.list()).data.map((model) => model.id);
      expect(names).toEqual(
        expect.arrayContaining(['chat-default', 'chat-quality', 'chat-local', 'chat-azure']),
      );
      await expect(
        openai().chat.completions.create({ model: 'no-such', messages: [{ role: 'user', content: 'x' }] }),
      ).rejects.toMatchObject({ status: 400 });
      await expect(openai('sk-wrong-key-000000').models.list()).rejects.toMatchObject({
        status: 401,
        type: 'token_not_found_in_db',
      });
    });
  });

  describe('the official Anthropic client', () => {
    it.each(['chat-quality', 'chat-default'])('chats, streams and calls tools on %s', async (model) => {
      const options = { model, max_tokens: 200, messages: [{ role: 'user' as const, content: 'hello' }] };
      const message = await anthropic().messages.create(options);
      expect(message).toMatchObject({ type: 'message', role: 'assistant', model, stop_reason: 'end_turn' });
      const streamed = await anthropic().messages.stream(options).finalMessage();
      expect(streamed.content[0]).toMatchObject({ type: 'text' });
      const called = await anthropic().messages.create({
        ...options,
        messages: [{ role: 'user', content: 'please call lookup' }],
        tools: [{ name: 'lookup', input_schema: { type: 'object', properties: {} } }],
      });
      expect(called.stop_reason).toBe('tool_use');
      expect(called.content.some((block) => block.type === 'tool_use' && block.name === 'lookup')).toBe(true);
    });

    it('lists models and sees errors in its own shape', async () => {
      expect((await anthropic().models.list()).data.map((model) => model.id)).toContain('chat-quality');
      await expect(
        anthropic('sk-wrong-key-000000').messages.create({
          model: 'chat-quality',
          max_tokens: 5,
          messages: [{ role: 'user', content: 'x' }],
        }),
      ).rejects.toMatchObject({
        status: 401,
        error: { type: 'error', error: { type: 'authentication_error' } },
      });
    });
  });

  describe('virtual keys', () => {
    it('work for their models, show what they spent, and die everywhere when deleted', async () => {
      const made = (await (
        await post('/key/generate', {
          models: ['chat-default'],
          key_alias: `e2e-${Date.now()}`,
          duration: '1h',
        })
      ).json()) as { key: string; token: string };
      expect((await post('/v1/chat/completions', chat('chat-default'), bearer(made.key))).status).toBe(200);
      expect((await post('/v1/chat/completions', chat('chat-quality'), bearer(made.key))).status).toBe(403);
      const info = await eventually(
        async () =>
          (await (
            await fetch(`${subject().url}/key/info?key=${made.token}`, { headers: bearer(MASTER_KEY) })
          ).json()) as { info: { spend: number } },
        ({ info: { spend } }) => spend > 0,
      );
      expect(info.info.spend).toBeLessThan(0.01);
      expect((await post('/key/delete', { keys: [made.key] })).status).toBe(200);
      await eventually(
        async () => (await post('/v1/chat/completions', chat('chat-default'), bearer(made.key))).status,
        (status) => status === 401,
        1_000,
      );
    });
  });

  describe('faults', () => {
    it('falls back to another dialect on 429', async () => {
      subject().lab.script('gpt-4o-mini', [{ status: 429, headers: { 'retry-after': '1' } }]);
      const response = await post('/v1/chat/completions', chat('chat-default'));
      expect(response.status).toBe(200);
      expect(response.headers.get('x-litellm-attempted-fallbacks')).toBe('1');
      expect(response.headers.get('x-litellm-model-group')).toBe('chat-quality');
    });

    it('turns a reset in the middle of a stream into an error event without [DONE]', async () => {
      subject().lab.script('strict', [{ tokens: 200, chunkDelayMs: 1, resetAfterBytes: 3_000 }]);
      const text = await (await post('/v1/chat/completions', chat('chat-strict', { stream: true }))).text();
      expect(text).toContain('data: {"error":');
      expect(text).not.toContain('[DONE]');
    });

    it('turns a stream that ends without a finish into an error event', async () => {
      subject().lab.script('strict', [{ tokens: 200, endAfterBytes: 3_000 }]);
      const text = await (await post('/v1/chat/completions', chat('chat-strict', { stream: true }))).text();
      expect(text).toContain('data: {"error":');
      expect(text).not.toContain('[DONE]');
    });

    it('answers a provider error with its status, and never with a secret', async () => {
      subject().lab.script('strict', [
        { status: 401, body: { error: { message: `bad key ${SEED_VARIABLES.LAB_KEY}` } } },
      ]);
      const response = await post('/v1/chat/completions', chat('chat-strict'));
      const text = await response.text();
      expect(response.status).toBe(401);
      expect(text).not.toContain(SEED_VARIABLES.LAB_KEY);
    });

    it.each([true, false])(
      'aborts the provider within a second when the client hangs up (stream: %s)',
      async (stream) => {
        subject().lab.script('strict', [
          stream ? { tokens: 100_000, chunkDelayMs: 20 } : { delayMs: 60_000 },
        ]);
        const hangUp = new AbortController();
        const pending = fetch(`${subject().url}/v1/chat/completions`, {
          method: 'POST',
          headers: bearer(MASTER_KEY),
          signal: hangUp.signal,
          body: JSON.stringify(chat('chat-strict', { stream })),
        });
        pending.catch(() => undefined);
        await eventually(
          async () => subject().lab.stats().open,
          (open) => open === 1,
        );
        if (stream) await (await pending).body!.getReader().read();
        hangUp.abort();
        await eventually(
          async () => subject().lab.stats(),
          ({ open, aborted }) => open === 0 && aborted === 1,
          1_000,
        );
      },
    );

    it('carries a request body of 20 MB', async () => {
      const content = 'word '.repeat(4 * 1024 * 1024);
      const response = await post(
        '/v1/chat/completions',
        chat('chat-strict', { messages: [{ role: 'user', content }] }),
      );
      expect(response.status).toBe(200);
      expect(((await response.json()) as OpenAI.ChatCompletion).usage!.prompt_tokens).toBe(
        content.length / 4,
      );
    });

    it('refuses broken JSON and absurd depth by name', async () => {
      const broken = await post('/v1/chat/completions', '{"model": ');
      expect([broken.status, ((await broken.json()) as { error: { param: string } }).error.param]).toEqual([
        400,
        'request_body',
      ]);
      const deep = await post(
        '/v1/chat/completions',
        `{"model":"chat-strict","messages":[],"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
      );
      expect(deep.status).toBe(400);
    });
  });
}
