import { MASTER_KEY, eventually } from './_seed.js';
import { bearer, errorOf, shares, statuses, type Visitor } from './_routing.js';

/** Points 1 and 8: who is asked, and who cannot be. */
export const picksConfig = (): string => `
model_list:
  - { model_name: idle-first, routing_strategy: least-busy, litellm_params: { model: openai/busy-a, litellm_credential_name: lab } }
  - { model_name: idle-first, litellm_params: { model: openai/busy-b, litellm_credential_name: lab } }
  - { model_name: quick-first, routing_strategy: latency-based-routing, litellm_params: { model: openai/slow, litellm_credential_name: lab } }
  - { model_name: quick-first, litellm_params: { model: openai/quick, litellm_credential_name: lab } }
  - { model_name: cheap-first, routing_strategy: cost-based-routing, litellm_params: { model: openai/dear, litellm_credential_name: lab, input_cost_per_token: 0.00003, output_cost_per_token: 0.00006 } }
  - { model_name: cheap-first, litellm_params: { model: openai/cheap, litellm_credential_name: lab, input_cost_per_token: 0.000001, output_cost_per_token: 0.000002 } }
  - { model_name: unused-first, routing_strategy: usage-based-routing-v2, litellm_params: { model: openai/used-a, litellm_credential_name: lab } }
  - { model_name: unused-first, litellm_params: { model: openai/used-b, litellm_credential_name: lab } }
  - { model_name: weighted, litellm_params: { model: openai/nine, litellm_credential_name: lab, weight: 9 } }
  - { model_name: weighted, litellm_params: { model: openai/one, litellm_credential_name: lab, weight: 1 } }
  - { model_name: well-first, routing_strategy: adaptive, cooldown_time: 0, litellm_params: { model: openai/sick, litellm_credential_name: lab } }
  - { model_name: well-first, litellm_params: { model: openai/well, litellm_credential_name: lab } }
  - { model_name: tiers, cooldown_time: 0, litellm_params: { model: openai/tier-1, litellm_credential_name: lab, order: 1 } }
  - { model_name: tiers, litellm_params: { model: openai/tier-2, litellm_credential_name: lab, order: 2 } }
  - { model_name: tagged, litellm_params: { model: openai/gold, litellm_credential_name: lab, tags: [gold] } }
  - { model_name: tagged, litellm_params: { model: openai/lead, litellm_credential_name: lab, tags: [lead] } }
  - { model_name: sized, litellm_params: { model: openai/narrow, litellm_credential_name: lab, order: 1, max_request_bytes: 2000 } }
  - { model_name: sized, litellm_params: { model: openai/wide, litellm_credential_name: lab, order: 2 } }
  - { model_name: seeing, litellm_params: { model: openai/blind, litellm_credential_name: lab, order: 1 }, model_info: { supports_vision: false } }
  - { model_name: seeing, litellm_params: { model: openai/eyes, litellm_credential_name: lab, order: 2 } }
  - { model_name: blind-alone, litellm_params: { model: openai/blind, litellm_credential_name: lab }, model_info: { supports_vision: false } }
  - { model_name: placed, litellm_params: { model: openai/in-us, litellm_credential_name: lab, order: 1, region_name: us-east-1 } }
  - { model_name: placed, litellm_params: { model: openai/in-eu, litellm_credential_name: lab, order: 2, region_name: eu-west-1 } }
  - { model_name: provider-poor, litellm_params: { model: mistral/poor-provider, litellm_credential_name: lab, order: 1, input_cost_per_token: 0.001, output_cost_per_token: 0.001 } }
  - { model_name: provider-poor, litellm_params: { model: openai/rich-provider, litellm_credential_name: lab, order: 2 } }
  - { model_name: provider-alone, litellm_params: { model: groq/poor-alone, litellm_credential_name: lab, input_cost_per_token: 0.001, output_cost_per_token: 0.001 } }
  - { model_name: deployment-poor, litellm_params: { model: openai/poor-deployment, litellm_credential_name: lab, order: 1, input_cost_per_token: 0.001, output_cost_per_token: 0.001, max_budget: 0.001, budget_duration: 1d } }
  - { model_name: deployment-poor, litellm_params: { model: openai/rich-deployment, litellm_credential_name: lab, order: 2 } }
router_settings:
  enable_tag_filtering: true
  provider_budget_config:
    mistral: { budget_limit: 0.001, time_period: 1d }
    groq: { budget_limit: 0.001, time_period: 1d }
`;

export function describePicks(visitor: Visitor): void {
  const chat = visitor.chat.bind(visitor);
  const burst = visitor.burst.bind(visitor);

  /** Sends until a whole burst goes to one deployment alone. */
  const settlesOn = (upstream: string, model: string): Promise<unknown> =>
    eventually(
      () => burst(8, model),
      (answers) => shares(answers)[upstream] === 8,
    );

  describe('strategies', () => {
    it('least-busy: avoids the deployment that is at work', async () => {
      const names = ['busy-a', 'busy-b'];
      for (const name of names) visitor.lab.script(name, [{ delayMs: 60_000 }]);
      const long = new AbortController();
      const hanging = fetch(`${visitor.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(MASTER_KEY) },
        body: JSON.stringify({ model: 'idle-first', messages: [{ role: 'user', content: 'Wait' }] }),
        signal: long.signal,
      }).catch(() => undefined);
      await eventually(
        async () => visitor.lab.stats().open,
        (open) => open === 1,
      );
      const busy = names.find((name) => visitor.seen(name).calls === 1);
      const idle = names.find((name) => name !== busy)!;
      for (const name of names) visitor.lab.script(name, [{}]);
      const one = async () => [await chat('idle-first'), await chat('idle-first'), await chat('idle-first')];
      const rounds = async () => [...(await one()), ...(await one())];
      await eventually(rounds, (answers) => shares(answers)[idle] === 6);
      long.abort();
      await hanging;
    });

    it('latency-based-routing: settles on the quicker one', async () => {
      visitor.lab.script('slow', [{ delayMs: 300 }]);
      await chat('quick-first');
      await chat('quick-first');
      await settlesOn('quick', 'quick-first');
    });

    it('cost-based-routing: asks the cheaper one', async () => {
      expect(shares(await burst(10, 'cheap-first'))).toEqual({ cheap: 10 });
    });

    it('usage-based-routing-v2: evens out what is used', async () => {
      for (let calls = 0; calls < 20; calls += 1) await chat('unused-first');
      expect(visitor.seen('used-a').calls).toBeGreaterThan(4);
      expect(visitor.seen('used-b').calls).toBeGreaterThan(4);
    });

    it('simple-shuffle: nine to one by weight', async () => {
      const answers = [];
      for (let round = 0; round < 10; round += 1) answers.push(...(await burst(20, 'weighted')));
      // Six standard deviations around 180.
      expect(shares(answers)['nine']).toBeGreaterThan(154);
      expect(shares(answers)['one']).toBeGreaterThan(1);
    });

    it('adaptive: leaves a deployment that fails half its calls, and clients see no failure', async () => {
      visitor.lab.script('sick', [{ status: 500 }, {}], { repeat: true });
      const answers = [];
      for (let round = 0; round < 25; round += 1) answers.push(...(await burst(4, 'well-first')));
      expect(new Set(statuses(answers))).toEqual(new Set([200]));
      expect(visitor.seen('sick').calls).toBeLessThan(visitor.seen('well').calls / 2);
    });

    it('order: the second tier is asked when the first fails, and not before', async () => {
      expect(shares(await burst(8, 'tiers'))).toEqual({ 'tier-1': 8 });
      visitor.lab.script('tier-1', [{ status: 500 }]);
      const answer = await chat('tiers');
      expect([answer.status, answer.upstream]).toEqual([200, 'tier-2']);
      expect(answer.headers.get('x-litellm-attempted-retries')).toBe('1');
    });
  });

  describe('filters', () => {
    it('tags: of the body, of the header, of the key; another tag is refused', async () => {
      const { key } = await visitor.newKey({ metadata: { tags: ['lead'] } });
      const answers = await Promise.all([
        chat('tagged', { tags: ['gold'] }),
        chat('tagged', { metadata: { tags: ['lead'] } }),
        chat('tagged', {}, { 'x-litellm-tags': 'gold' }),
        chat('tagged', {}, bearer(key)),
      ]);
      expect(answers.map(({ upstream }) => upstream)).toEqual(['gold', 'lead', 'gold', 'lead']);
      const refused = await chat('tagged', { tags: ['silver'] });
      expect([refused.status, errorOf(refused).message]).toEqual([
        401,
        expect.stringContaining("['silver']"),
      ]);
    });

    it('max_request_bytes: a large request goes where it fits', async () => {
      const messages = [{ role: 'user', content: 'word '.repeat(600) }];
      expect([(await chat('sized')).upstream, (await chat('sized', { messages })).upstream]).toEqual([
        'narrow',
        'wide',
      ]);
    });

    it('capability: an image never lands where nobody can see it', async () => {
      const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
      const messages = [{ role: 'user', content: [{ type: 'text', text: 'Look' }, image] }];
      expect([(await chat('seeing')).upstream, (await chat('seeing', { messages })).upstream]).toEqual([
        'blind',
        'eyes',
      ]);
      const before = visitor.seen('blind').calls;
      const refused = await chat('blind-alone', { messages });
      expect([refused.status, errorOf(refused).message]).toEqual([400, expect.stringContaining('no vision')]);
      expect(visitor.seen('blind').calls).toBe(before);
    });

    it('regions: of the body and of the key; a body cannot leave those of its key', async () => {
      const { key } = await visitor.newKey({ metadata: { allowed_model_region: 'eu' } });
      const answers = [
        await chat('placed'),
        await chat('placed', { allowed_model_region: 'eu' }),
        await chat('placed', {}, bearer(key)),
      ];
      expect(answers.map(({ upstream }) => upstream)).toEqual(['in-us', 'in-eu', 'in-eu']);
      expect((await chat('placed', { allowed_model_region: 'us-east-1' }, bearer(key))).status).toBe(403);
    });

    it.each(['provider', 'deployment'])(
      'the budget of a %s: once used up another one serves',
      async (whose) => {
        const model = `${whose}-poor`;
        expect((await chat(model)).upstream).toMatch(/^(poor|rich)-/);
        await settlesOn(`rich-${whose}`, model);
        expect(visitor.seen(`poor-${whose}`).calls).toBeGreaterThan(0);
      },
    );

    it('the budget of a provider: 429 in the words of LiteLLM where nobody else is', async () => {
      const answer = await eventually(
        () => chat('provider-alone'),
        ({ status }) => status === 429,
      );
      expect(errorOf(answer)).toMatchObject({
        type: 'budget_exceeded',
        message: expect.stringMatching(
          /^No deployments available - crossed budget for provider: Exceeded budget for provider groq: [\d.]+ >= 0\.001/,
        ) as string,
      });
    });
  });
}
