import Anthropic from '@anthropic-ai/sdk';
import { MASTER_KEY, eventually } from './_seed.js';
import { bearer, errorOf, type Places, type Visitor } from './_routing.js';

/** Points 3 and 4: what comes after a failure, and how long anything may take. */
export const fallbacksConfig = ({ silent }: Places): string => `
model_list:
  - { model_name: retried, cooldown_time: 0, litellm_params: { model: openai/retried-1, litellm_credential_name: lab, order: 1 } }
  - { model_name: retried, litellm_params: { model: openai/retried-2, litellm_credential_name: lab, order: 2 } }
  - { model_name: failing, num_retries: 0, cooldown_time: 0, litellm_params: { model: openai/failing, litellm_credential_name: lab } }
  - { model_name: failing-too, num_retries: 0, cooldown_time: 0, litellm_params: { model: anthropic/failing-too, litellm_credential_name: lab-anthropic } }
  - { model_name: spare, litellm_params: { model: anthropic/spare, litellm_credential_name: lab-anthropic } }
  - { model_name: wish, litellm_params: { model: openai/wish, litellm_credential_name: lab } }
  - { model_name: short-sighted, litellm_params: { model: openai/short-sighted, litellm_credential_name: lab, max_input_tokens: 50 } }
  - { model_name: long-sighted, litellm_params: { model: openai/long-sighted, litellm_credential_name: lab } }
  - { model_name: prude, litellm_params: { model: openai/prude, litellm_credential_name: lab } }
  - { model_name: open-minded, litellm_params: { model: openai/open-minded, litellm_credential_name: lab } }
  - { model_name: exact, num_retries: 0, cooldown_time: 0, deterministic: true, litellm_params: { model: openai/exact, litellm_credential_name: lab } }
  - { model_name: silent, num_retries: 0, connect_timeout: 0.3, litellm_params: { model: openai/silent, api_base: "${silent}", api_key: sk-lab } }
  - { model_name: late, num_retries: 0, stream_timeout: 0.3, litellm_params: { model: openai/late, litellm_credential_name: lab } }
  - { model_name: stalling, num_retries: 0, idle_timeout: 0.3, litellm_params: { model: openai/stalling, litellm_credential_name: lab } }
  - { model_name: endless, num_retries: 0, timeout: 0.5, litellm_params: { model: openai/endless, litellm_credential_name: lab } }
  - { model_name: timed, num_retries: 0, litellm_params: { model: openai/timed, litellm_credential_name: lab } }
router_settings:
  enable_pre_call_checks: true
  fallbacks: [{ failing: [failing-too, spare] }, { exact: [spare] }, { silent: [spare] }, { late: [spare] }]
  context_window_fallbacks: [{ short-sighted: [long-sighted] }]
  content_policy_fallbacks: [{ prude: [open-minded] }]
`;

const LONG_PROMPT = { messages: [{ role: 'user', content: 'word '.repeat(400) }] };

export function describeFallbacks(visitor: Visitor): void {
  const chat = visitor.chat.bind(visitor);
  const seen = visitor.seen.bind(visitor);
  const isDown = (...models: string[]): void => {
    for (const model of models) visitor.lab.script(model, [{ status: 500 }]);
  };
  const group = ({ headers }: { headers: Headers }): string | null => headers.get('x-litellm-model-group');

  describe('retries and fallbacks', () => {
    it('a retry goes to a deployment that was not tried', async () => {
      isDown('retried-1');
      for (let calls = 1; calls <= 5; calls += 1) {
        const answer = await chat('retried', { num_retries: 3 });
        expect([answer.status, answer.headers.get('x-litellm-attempted-retries')]).toEqual([200, '1']);
        expect([seen('retried-1').calls, seen('retried-2').calls]).toEqual([calls, calls]);
      }
      isDown('retried-2');
      expect((await chat('retried', {}, { 'x-litellm-num-retries': '0' })).status).toBe(500);
      expect([seen('retried-1').calls, seen('retried-2').calls]).toEqual([6, 5]);
    });

    it('fallbacks come one after the other, in other dialects too, whatever the client speaks', async () => {
      isDown('failing', 'failing-too');
      const answer = await chat('failing');
      expect([answer.status, group(answer), answer.headers.get('x-litellm-attempted-fallbacks')]).toEqual([
        200,
        'spare',
        '2',
      ]);
      expect(JSON.parse(answer.text)).toMatchObject({ object: 'chat.completion', model: 'failing' });
      const anthropic = new Anthropic({ baseURL: visitor.url, apiKey: MASTER_KEY, maxRetries: 0 });
      const messages = [{ role: 'user' as const, content: 'Hello' }];
      const message = await anthropic.messages
        .stream({ model: 'failing', max_tokens: 50, messages })
        .finalMessage();
      expect(message).toMatchObject({ model: 'failing', stop_reason: 'end_turn' });
      expect([seen('failing').calls, seen('failing-too').calls, seen('spare').calls]).toEqual([2, 2, 2]);
    });

    it('a prompt that is too long goes where it fits, without a call before', async () => {
      expect(group(await chat('short-sighted'))).toBe('short-sighted');
      const answer = await chat('short-sighted', LONG_PROMPT);
      expect([answer.status, group(answer)]).toEqual([200, 'long-sighted']);
      expect(seen('short-sighted').calls).toBe(1);
    });

    it('what a content policy refuses goes to another model', async () => {
      const error = {
        message: 'The response was filtered',
        type: null,
        param: 'prompt',
        code: 'content_filter',
      };
      visitor.lab.script('prude', [{ status: 400, body: { error } }]);
      const answer = await chat('prude');
      expect([answer.status, group(answer)]).toEqual([200, 'open-minded']);
    });

    it('the client names fallbacks of its own, or wants none', async () => {
      isDown('failing', 'failing-too');
      expect(group(await chat('failing', { fallbacks: ['wish'] }))).toBe('wish');
      expect((await chat('failing', { disable_fallbacks: true })).status).toBe(500);
      expect((await chat('failing', { fallbacks: [] })).status).toBe(500);
      expect([seen('failing').calls, seen('failing-too').calls, seen('spare').calls]).toEqual([3, 0, 0]);
    });

    it('a deterministic call is answered by its model or not at all', async () => {
      isDown('failing', 'exact');
      expect((await chat('failing', { deterministic: true })).status).toBe(500);
      expect((await chat('failing', {}, { 'x-tollgate-deterministic': 'true' })).status).toBe(500);
      expect((await chat('exact')).status).toBe(500);
      expect([seen('failing-too').calls, seen('spare').calls]).toEqual([0, 0]);
    });

    it('a key gets no fallback that it may not call, and is told so', async () => {
      isDown('failing');
      const { key } = await visitor.newKey({ models: ['failing', 'spare'] });
      expect(group(await chat('failing', {}, bearer(key)))).toBe('spare');
      const { key: narrow } = await visitor.newKey({ models: ['failing'] });
      const refused = await chat('failing', {}, bearer(narrow));
      expect([refused.status, errorOf(refused).message]).toEqual([
        500,
        expect.stringContaining("Fallbacks this key may not call=['failing-too', 'spare']"),
      ]);
      expect(seen('failing-too').calls).toBe(0);
    });

    it('a key has chains and retries of its own', async () => {
      isDown('failing');
      const settings = { fallbacks: [{ failing: ['wish'] }], num_retries: 2 };
      const { key } = await visitor.newKey({ router_settings: settings });
      expect(group(await chat('failing', {}, bearer(key)))).toBe('wish');
      expect(seen('failing').calls).toBe(3);
      const { key: renaming } = await visitor.newKey({
        router_settings: { model_group_alias: { failing: 'wish' } },
      });
      expect(group(await chat('failing', {}, bearer(renaming)))).toBe('wish');
      expect(seen('failing').calls).toBe(3);
    });
  });

  describe('time', () => {
    const HANGS = [{ delayMs: 60_000 }];
    const codes = async (callId: string): Promise<unknown[]> =>
      (await visitor.explain(callId)).steps.filter(({ step }) => step === 'answered').map(({ code }) => code);
    const aborted = async (model: string): Promise<void> => {
      await eventually(
        async () => seen(model).aborted,
        (times) => times === 1,
      );
    };

    it('connect: a peer that takes the connection and stays silent', async () => {
      const answer = await chat('silent');
      expect([answer.status, group(answer)]).toEqual([200, 'spare']);
      expect(await codes(answer.callId)).toEqual([
        expect.stringMatching(/^upstream_(timeout|connection)$/),
        null,
      ]);
    });

    it('first token: a stream that does not begin goes to the fallback', async () => {
      visitor.lab.script('late', HANGS);
      const answer = await chat('late', { stream: true });
      expect([answer.status, group(answer)]).toEqual([200, 'spare']);
      expect(answer.text).toContain('[DONE]');
      expect(await codes(answer.callId)).toEqual(['upstream_timeout', null]);
      await aborted('late');
    });

    it('idle: a stream that falls silent ends in an error event', async () => {
      visitor.lab.script('stalling', [{ tokens: 200, stallAfterBytes: 2_000 }]);
      const { text } = await chat('stalling', { stream: true });
      expect(text).toContain('data: {"error":');
      expect(text).not.toContain('[DONE]');
      await aborted('stalling');
    });

    it('total: an answer, or a stream, that does not come to its end', async () => {
      visitor.lab.script('endless', HANGS);
      expect((await chat('endless')).status).toBe(408);
      visitor.lab.script('endless', [{ tokens: 2_000, chunkDelayMs: 30 }]);
      const { text } = await chat('endless', { stream: true });
      expect(text).toContain('data: {"error":');
      expect(text).not.toContain('[DONE]');
    });

    it('x-litellm-timeout and x-litellm-stream-timeout: the caller decides', async () => {
      visitor.lab.script('timed', HANGS);
      expect((await chat('timed', {}, { 'x-litellm-timeout': '0.3' })).status).toBe(408);
      await aborted('timed');
      const late = await chat('timed', { stream: true }, { 'x-litellm-stream-timeout': '0.3' });
      expect(late.status).toBe(408);
      // Not for what is not streamed.
      visitor.lab.script('timed', [{ delayMs: 600 }]);
      expect((await chat('timed', {}, { 'x-litellm-stream-timeout': '0.3' })).status).toBe(200);
    });
  });
}
