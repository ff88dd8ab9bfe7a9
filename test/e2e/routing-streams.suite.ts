import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { MASTER_KEY, eventually } from './_seed.js';
import type { SpendRow, Visitor } from './_routing.js';

/** Each hedges once in a test: a second time is a share of calls that other routers may not have heard of yet. */
const HEDGED = ['hedged-stream', 'hedged-whole', 'hedged-late'] as const;

const hedgedGroup = (name: string): string => `
  - { model_name: ${name}, hedge: { delay: 0.3, max_share: 1 }, litellm_params: { model: openai/${name}-1, litellm_credential_name: lab, order: 1, input_cost_per_token: 0.00001, output_cost_per_token: 0.00002 } }
  - { model_name: ${name}, litellm_params: { model: openai/${name}-2, litellm_credential_name: lab, order: 2, input_cost_per_token: 0.00001, output_cost_per_token: 0.00002 } }`;

/** Points 5 and 6: a second deployment beside a slow one, and after one that broke off. */
export const streamsConfig = (): string => `
model_list:${HEDGED.map(hedgedGroup).join('')}
  - { model_name: unhedged, litellm_params: { model: openai/unhedged-1, litellm_credential_name: lab, order: 1 } }
  - { model_name: unhedged, litellm_params: { model: openai/unhedged-2, litellm_credential_name: lab, order: 2 } }
  - { model_name: unbroken, litellm_params: { model: openai/unbroken, litellm_credential_name: lab } }
  - { model_name: seamless, on_stream_failure: continue, cooldown_time: 0, litellm_params: { model: openai/seamless-1, litellm_credential_name: lab, order: 1 } }
  - { model_name: seamless, litellm_params: { model: openai/seamless-2, litellm_credential_name: lab, order: 2 } }
  - { model_name: seamless-across, on_stream_failure: continue, num_retries: 0, cooldown_time: 0, litellm_params: { model: openai/across-1, litellm_credential_name: lab } }
  - { model_name: across, litellm_params: { model: anthropic/across-2, litellm_credential_name: lab-anthropic } }
  - { model_name: seamless-back, on_stream_failure: continue, num_retries: 0, cooldown_time: 0, litellm_params: { model: anthropic/back-1, litellm_credential_name: lab-anthropic } }
  - { model_name: back, litellm_params: { model: openai/back-2, litellm_credential_name: lab } }
  - { model_name: breaking, cooldown_time: 0, litellm_params: { model: openai/breaking-1, litellm_credential_name: lab, order: 1 } }
  - { model_name: breaking, litellm_params: { model: openai/breaking-2, litellm_credential_name: lab, order: 2 } }
router_settings:
  fallbacks: [{ seamless-across: [across] }, { seamless-back: [back] }]
`;

const TOKENS = 60;
const MESSAGES = [{ role: 'user' as const, content: 'Say hello to the gate' }];

interface Hedging {
  readonly models: readonly {
    readonly model: string;
    readonly hedged: number;
    readonly won: number;
    readonly extra_cost: number;
  }[];
}

export function describeStreams(visitor: Visitor): void {
  const chat = visitor.chat.bind(visitor);
  const seen = visitor.seen.bind(visitor);
  const roles = (rows: readonly SpendRow[]): string[] => rows.map(({ metadata }) => metadata.tollgate_role);

  describe('hedging', () => {
    /** All replicas tell each other: whichever is asked, the sums are those of all. */
    const hedging = async (name: string) =>
      (await visitor.read<Hedging>('/router/hedging')).models.find(({ model }) => model === name) ?? {
        ...{ hedged: 0, won: 0, extra_cost: 0 },
      };

    it.each([
      ['hedged-stream', true],
      ['hedged-whole', false],
    ] as const)(
      'a slow deployment is overtaken, hung up on, and both are billed (%s)',
      async (model, stream) => {
        const [first, second] = [`${model}-1`, `${model}-2`];
        const before = await hedging(model);
        visitor.lab.script(first, [{ delayMs: 60_000 }]);
        const answer = await chat(model, { stream });
        expect([answer.status, answer.upstream]).toEqual([200, second]);
        await eventually(
          async () => seen(first).aborted,
          (aborted) => aborted === 1,
        );
        const rows = await visitor.rows(answer.callId, 2);
        expect(roles(rows)).toEqual(['primary', 'hedge']);
        expect(rows.map((row) => row.model)).toEqual([first, second]);
        expect(rows.map(({ metadata }) => metadata.tollgate_status)).toEqual(['partial', 'complete']);
        expect(rows[1]!.completion_tokens).toBe(seen(second).completionTokens);
        const { summary } = await visitor.explain(answer.callId);
        expect(summary).toContain('attempt 2 won the hedge');
        const after = await eventually(
          () => hedging(model),
          ({ won }) => won > before.won,
        );
        expect(after.hedged).toBeGreaterThan(before.hedged);
        expect(after.extra_cost).toBeGreaterThan(before.extra_cost);
      },
    );

    it('a hedge that comes too late is hung up on', async () => {
      visitor.lab.script('hedged-late-1', [{ delayMs: 1_000 }]);
      visitor.lab.script('hedged-late-2', [{ delayMs: 60_000 }]);
      const answer = await chat('hedged-late');
      expect([answer.status, answer.upstream]).toEqual([200, 'hedged-late-1']);
      await eventually(
        async () => seen('hedged-late-2').aborted,
        (aborted) => aborted === 1,
      );
      expect(roles(await visitor.rows(answer.callId, 2))).toEqual(['primary', 'hedge']);
    });

    it('nobody is hedged unasked', async () => {
      visitor.lab.script('unhedged-1', [{ delayMs: 1_000 }]);
      expect((await chat('unhedged')).upstream).toBe('unhedged-1');
      expect(seen('unhedged-2').calls).toBe(0);
    });
  });

  describe('a stream that breaks off', () => {
    const openai = (): OpenAI =>
      new OpenAI({ baseURL: `${visitor.url}/v1`, apiKey: MASTER_KEY, maxRetries: 0 });
    const anthropic = (): Anthropic =>
      new Anthropic({ baseURL: visitor.url, apiKey: MASTER_KEY, maxRetries: 0 });

    /** What the same call gets where nothing breaks. */
    const unbroken = async (): Promise<string> => {
      visitor.lab.script('unbroken', [{ tokens: TOKENS }]);
      const { choices } = JSON.parse((await chat('unbroken')).text) as OpenAI.ChatCompletion;
      return choices[0]!.message.content!;
    };

    const breaks = (first: string, second: string, resetAfterBytes: number): void => {
      visitor.lab.script(first, [{ tokens: TOKENS, resetAfterBytes, chunkDelayMs: 2 }]);
      visitor.lab.script(second, [{ tokens: TOKENS }]);
    };

    const expectBothBilled = async (callId: string, first: string, second: string): Promise<void> => {
      const rows = await visitor.rows(callId, 2);
      expect(roles(rows)).toEqual(['primary', 'continuation']);
      // The event that the reset cut in two is in the lab's count alone: nobody could read it.
      const [began, ended] = rows.map(({ completion_tokens }) => completion_tokens);
      expect([ended, began! + ended!]).toEqual([seen(second).completionTokens, TOKENS]);
      expect(seen(first).completionTokens - began!).toBeLessThanOrEqual(1);
      expect(rows.map(({ prompt_tokens }) => prompt_tokens)).toEqual([
        seen(first).promptTokens,
        seen(second).promptTokens,
      ]);
    };

    describe.each([
      ['seamless', 'seamless-1', 'seamless-2'],
      ['seamless-across', 'across-1', 'across-2'],
      ['seamless-back', 'back-1', 'back-2'],
    ])('%s', (model, first, second) => {
      it('is one stream for the OpenAI client', async () => {
        const text = await unbroken();
        breaks(first, second, 4_000);
        const { data: stream, response } = await openai()
          .chat.completions.create({
            ...{ model, messages: MESSAGES, stream: true },
            stream_options: { include_usage: true },
          })
          .withResponse();
        const chunks: OpenAI.ChatCompletionChunk[] = [];
        for await (const chunk of stream) chunks.push(chunk);
        const deltas = chunks.flatMap(({ choices }) => choices);
        expect(deltas.map(({ delta }) => delta.content ?? '').join('')).toBe(text);
        expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
        expect(new Set(chunks.map((chunk) => chunk.model))).toEqual(new Set([model]));
        expect(deltas.filter(({ delta }) => delta.role !== undefined)).toHaveLength(1);
        expect(deltas.map(({ finish_reason }) => finish_reason).filter(Boolean)).toEqual(['stop']);
        expect(chunks.at(-1)!.usage!.completion_tokens).toBe(TOKENS);
        expect(seen(first).aborted).toBe(1);
        await expectBothBilled(response.headers.get('x-tollgate-call-id')!, first, second);
      });

      it('is one stream for the Anthropic client', async () => {
        const text = await unbroken();
        breaks(first, second, 4_000);
        const stream = anthropic().messages.stream({ model, max_tokens: 500, messages: MESSAGES });
        const types: string[] = [];
        stream.on('streamEvent', ({ type }) => types.push(type));
        const message = await stream.finalMessage();
        expect(message).toMatchObject({ model, stop_reason: 'end_turn', content: [{ type: 'text', text }] });
        for (const once of ['message_start', 'content_block_start', 'content_block_stop', 'message_stop'])
          expect([once, types.filter((type) => type === once)]).toEqual([once, [once]]);
        expect(message.usage.output_tokens).toBe(TOKENS);
        await expectBothBilled(stream.response!.headers.get('x-tollgate-call-id')!, first, second);
      });
    });

    it('ends once on the wire', async () => {
      breaks('seamless-1', 'seamless-2', 4_000);
      const { text } = await chat('seamless', { stream: true });
      expect(text.split('data: [DONE]')).toHaveLength(2);
      expect(text).not.toContain('"error"');
      expect(seen('seamless-2').calls).toBe(1);
    });

    it('is not continued in the middle of a tool call', async () => {
      visitor.lab.script('seamless-1', [{ resetAfterBytes: 900, chunkBytes: 1, chunkDelayMs: 2 }]);
      const parameters = {
        type: 'object',
        properties: { place: { type: 'string' }, unit: { type: 'string' } },
      };
      const { text } = await chat('seamless', {
        stream: true,
        messages: [{ role: 'user', content: 'please call lookup' }],
        tools: [{ type: 'function', function: { name: 'lookup', parameters } }],
      });
      expect(text).toContain('"tool_calls"');
      expect(text).toContain('data: {"error":');
      expect(text).not.toContain('[DONE]');
      expect(seen('seamless-2').calls).toBe(0);
    });

    it('is retried when nothing was sent yet, whatever the policy', async () => {
      visitor.lab.script('breaking-1', [{ tokens: TOKENS, resetAfterBytes: 0 }]);
      const answer = await chat('breaking', { stream: true });
      expect([answer.status, answer.upstream]).toEqual([200, 'breaking-2']);
      expect(answer.text).toContain('[DONE]');
    });

    it('ends in an error event by default, in the dialect of the client', async () => {
      breaks('breaking-1', 'breaking-2', 4_000);
      const { text } = await chat('breaking', { stream: true });
      expect(text).toContain('data: {"error":');
      expect(text).not.toContain('[DONE]');
      const stream = anthropic().messages.stream({ model: 'breaking', max_tokens: 500, messages: MESSAGES });
      await expect(stream.finalMessage()).rejects.toThrow(/api_error|overloaded_error/);
      expect(seen('breaking-2').calls).toBe(0);
    });
  });
}
