import Anthropic from '@anthropic-ai/sdk';
import { startFaultLab, type FaultLab } from '@tollgate/testing';
import OpenAI from 'openai';
import { describeBothModes, type RunningGateway, type StartGateway } from './_both-modes.js';
import { MASTER_KEY, eventually, json } from './_seed.js';

const config = (lab: FaultLab): string => `
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-4o-mini, api_base: ${lab.url}/v1, api_key: sk-lab }
  - model_name: claude
    litellm_params: { model: anthropic/claude-3-5-sonnet-latest, api_base: ${lab.url}, api_key: sk-lab }
  - model_name: moderator
    litellm_params: { model: openai/omni-moderation-latest, api_base: ${lab.url}/v1, api_key: sk-lab }
guardrails:
  - guardrail_name: pii
    litellm_params: { guardrail: pii, mode: pre_call, default_on: true }
  - guardrail_name: secrets
    litellm_params: { guardrail: secrets, mode: pre_call, action: block, default_on: true }
  - guardrail_name: words
    litellm_params: { guardrail: regex, mode: post_call, blocked_words: [{ keyword: forbidden }] }
  - guardrail_name: moderation
    litellm_params: { guardrail: moderation, mode: during_call, model: moderator }
  - guardrail_name: topics
    litellm_params: { guardrail: topics, model: claude, allowed_topics: [agreement] }
router_settings: { num_retries: 0 }
`;

const SAID = 'Write to ada@example.org or +49 30 12345678 about 4111 1111 1111 1111';
const SEEN = 'Write to <EMAIL_ADDRESS_1> or <PHONE_NUMBER_1> about <CREDIT_CARD_1>';
const SECRET = 'Use AKIAIOSFODNN7EXAMPLE';

function describeGuardrails(start: StartGateway): void {
  let lab: FaultLab;
  let gateway: RunningGateway;
  let openai: OpenAI;
  let anthropic: Anthropic;

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await start(config(lab), { LITELLM_MASTER_KEY: MASTER_KEY });
    openai = new OpenAI({ apiKey: MASTER_KEY, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    anthropic = new Anthropic({ apiKey: MASTER_KEY, baseURL: gateway.url, maxRetries: 0 });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${MASTER_KEY}` },
      body: JSON.stringify(body),
    });
  const messages = (content: string) => [{ role: 'user' as const, content }];
  const gemini = async (path: string, text: string): Promise<Response> => {
    const contents = [{ role: 'user', parts: [{ text }] }];
    const response = await post(`/v1beta/models/${path}`, { contents });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response;
  };

  /** Each front, whole and as a stream: the text that its client reads. */
  const fronts: Readonly<Record<string, (model: string, said: string) => Promise<string>>> = {
    chat: async (model, said) => {
      const answer = await openai.chat.completions.create({ model, messages: messages(said) });
      return answer.choices[0]?.message.content ?? '';
    },
    'chat, streamed': async (model, said) => {
      let text = '';
      const stream = await openai.chat.completions.create({ model, messages: messages(said), stream: true });
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
      return text;
    },
    messages: async (model, said) => {
      const answer = await anthropic.messages.create({ model, max_tokens: 200, messages: messages(said) });
      return answer.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    },
    'messages, streamed': (model, said) =>
      anthropic.messages.stream({ model, max_tokens: 200, messages: messages(said) }).finalText(),
    responses: async (model, said) => (await openai.responses.create({ model, input: said })).output_text,
    'responses, streamed': async (model, said) => {
      let told = '';
      const stream = openai.responses.stream({ model, input: said });
      for await (const event of stream) if (event.type === 'response.output_text.delta') told += event.delta;
      expect((await stream.finalResponse()).output_text).toBe(told);
      return told;
    },
    gemini: async (model, said) => {
      const response = await gemini(`${model}:generateContent`, said);
      return geminiText([await response.json()]);
    },
    'gemini, streamed': async (model, said) => {
      const text = await (await gemini(`${model}:streamGenerateContent?alt=sse`, said)).text();
      const events = text.split('\n').filter((line) => line.startsWith('data: {'));
      return geminiText(events.map((line) => JSON.parse(line.slice('data: '.length)) as unknown));
    },
  };

  interface GeminiAnswer {
    readonly candidates?: readonly { readonly content?: { readonly parts?: readonly { text?: string }[] } }[];
  }
  const geminiText = (answers: readonly unknown[]): string =>
    (answers as readonly GeminiAnswer[])
      .flatMap(({ candidates = [] }) => candidates.flatMap(({ content }) => content?.parts ?? []))
      .map(({ text = '' }) => text)
      .join('');

  describe.each(['chat', 'claude'])('in front of %s', (model) => {
    it.each(Object.entries(fronts))(
      '%s: the provider sees placeholders, its client none',
      async (_name, ask) => {
        lab.reset();
        const text = await ask(model, SAID);
        const seen = lab.lastRequests.map(({ body }) => body.toString()).join();
        expect(seen).toContain(SEEN);
        expect(seen).not.toContain('ada@example.org');
        expect(text).toContain(SAID);
      },
    );

    it.each(Object.entries(fronts))('%s: what must not get out does not', async (_name, ask) => {
      lab.reset();
      await expect(ask(model, SECRET)).rejects.toThrow();
      expect(lab.lastRequests).toEqual([]);
    });
  });

  it('a refusal names the guardrail, in the words of the dialect', async () => {
    const refused = await post('/v1/messages', { model: 'chat', max_tokens: 9, messages: messages(SECRET) });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: "Violated guardrail policy 'secrets': a secret found",
      },
    });
  });

  it('a key has its own, and a stream that says what it must not ends in an error', async () => {
    const made = await post('/key/generate', { models: ['chat'], guardrails: ['words'] });
    const { key } = (await made.json()) as { key: string };
    const client = new OpenAI({ apiKey: key, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const said = { model: 'chat', messages: messages('this is forbidden') };
    await expect(client.chat.completions.create(said)).rejects.toMatchObject({ status: 400 });
    const streamed = async (): Promise<void> => {
      const stream = await client.chat.completions.create({ ...said, stream: true });
      for await (const chunk of stream) expect(JSON.stringify(chunk)).not.toContain('forbidden');
    };
    await expect(streamed()).rejects.toThrow("Violated guardrail policy 'words'");
  });

  it('models that are asked are called on the bill of the key, which may not call them itself', async () => {
    const made = await post('/key/generate', { models: ['chat'], guardrails: ['moderation', 'topics'] });
    const { key, token } = (await made.json()) as { key: string; token: string };
    const client = new OpenAI({ apiKey: key, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const say = (said: string) => client.chat.completions.create({ model: 'chat', messages: messages(said) });
    // The lab's model says again what it was told.
    expect((await say('yes please')).choices[0]?.message.content).toContain('yes please');
    await expect(say('no thanks')).rejects.toThrow("'topics': about something else than agreement");
    await expect(say('yes, violence')).rejects.toThrow("'moderation': flagged for violence");
    const rows = await eventually(
      async () => {
        const logs = await fetch(`${gateway.url}/spend/logs?summarize=false&api_key=${token}`, {
          headers: { authorization: `Bearer ${MASTER_KEY}` },
        });
        return (await logs.json()) as { readonly model_group: string }[];
      },
      (found) => new Set(found.map((row) => row.model_group)).size === 3 && found.length >= 6,
    );
    const groups = rows.map((row) => row.model_group);
    expect(groups.filter((group) => group === 'claude')).toHaveLength(3);
    expect(groups.filter((group) => group === 'moderator')).toHaveLength(2);
  }, 30_000);
}

describeBothModes('guardrails', describeGuardrails);
