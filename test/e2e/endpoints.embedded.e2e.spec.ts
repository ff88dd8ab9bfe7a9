import { startFaultLab, startGateway, type FaultLab, type Gateway } from '@tollgate/testing';
import OpenAI, { toFile } from 'openai';
import { MASTER_KEY, SEED_VARIABLES, eventually, json } from './_seed.js';

const MODELS = {
  embedding: 'openai/text-embedding-3-small',
  'cohere-rerank': 'cohere/rerank-v3.5',
  moderation: 'openai/omni-moderation-latest',
  image: 'openai/gpt-image-1',
  speech: 'openai/tts-1',
  transcription: 'openai/gpt-4o-transcribe',
} as const;

const configFor = ({ url }: FaultLab): object => ({
  model_list: Object.entries(MODELS).map(([group, model]) => ({
    model_name: group,
    litellm_params: {
      ...{ model, api_key: 'os.environ/LAB_KEY' },
      api_base: model.startsWith('openai/') ? `${url}/v1` : url,
      // NOTE the catalogue has no prices of Cohere's searches.
      ...(group === 'cohere-rerank' && { input_cost_per_query: 0.002 }),
    },
  })),
  router_settings: { num_retries: 0 },
});

interface SpendRow {
  readonly model_group: string;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly spend: number;
}

describe('endpoints that do not chat', () => {
  let lab: FaultLab;
  let gateway: Gateway<'standalone'>;
  let openai: OpenAI;
  const headers = { ...json, authorization: `Bearer ${MASTER_KEY}` };

  beforeAll(async () => {
    lab = await startFaultLab();
    gateway = await startGateway({ mode: 'embedded', config: configFor(lab), env: SEED_VARIABLES });
    openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: MASTER_KEY, maxRetries: 0 });
  }, 120_000);

  beforeEach(() => {
    lab.reset();
  });

  afterAll(async () => {
    await gateway.stop();
    await lab.close();
  });

  /** The call's only row of the ledger. */
  async function rowOf(response: Response): Promise<SpendRow> {
    const id = response.headers.get('x-tollgate-call-id') ?? '';
    const rows = await eventually(
      async () =>
        (await (await fetch(`${gateway.url}/spend/logs?request_id=${id}`, { headers })).json()) as SpendRow[],
      (found) => found.length > 0,
    );
    expect(rows).toHaveLength(1);
    return rows[0]!;
  }

  /** The row has the tokens that the lab counted, and they cost something. */
  async function isBilled(response: Response): Promise<void> {
    const [served] = lab.calls();
    const row = await rowOf(response);
    expect([row.prompt_tokens, row.completion_tokens]).toEqual([
      served?.promptTokens,
      served?.completionTokens,
    ]);
    expect(row.spend).toBeGreaterThan(0);
  }

  it.each(['float', 'base64'] as const)('embed in %s', async (format) => {
    const asked = { model: 'embedding', input: ['The gate is open'], encoding_format: format };
    const { data, response } = await openai.embeddings.create(asked).withResponse();
    expect(data.data[0]?.embedding).toHaveLength(format === 'float' ? 64 : 344);
    await isBilled(response);
  });

  it('rerank', async () => {
    const body = { model: 'cohere-rerank', query: 'open gate', documents: ['nothing', 'an open gate'] };
    const response = await fetch(`${gateway.url}/v1/rerank`, {
      ...{ method: 'POST', headers },
      body: JSON.stringify(body),
    });
    expect(await response.json()).toMatchObject({
      results: [{ index: 1, relevance_score: 1 }, { index: 0 }],
    });
    // Searches are what is billed: there is no count of tokens.
    expect((await rowOf(response)).spend).toBe(0.002);
  });

  it('moderate, for nothing', async () => {
    const asked = { model: 'moderation', input: 'hate' };
    const { data, response } = await openai.moderations.create(asked).withResponse();
    expect(data.results[0]).toMatchObject({ flagged: true, categories: { hate: true, violence: false } });
    expect(await rowOf(response)).toMatchObject({ spend: 0 });
  });

  it('make and edit images', async () => {
    const made = await openai.images.generate({ model: 'image', prompt: 'A gate', n: 2 }).withResponse();
    expect(made.data.data).toHaveLength(2);
    await isBilled(made.response);
    lab.reset();
    const image = await toFile(Buffer.from('hello'), 'gate.png', { type: 'image/png' });
    const edited = await openai.images.edit({ model: 'image', prompt: 'A gate', image }).withResponse();
    expect(edited.data.data?.[0]?.revised_prompt).toBe('A gate I see 2cf24dba.');
    await isBilled(edited.response);
  });

  it('speak', async () => {
    const response = await openai.audio.speech.create({
      model: 'speech',
      voice: 'alloy',
      input: 'Hello gate',
    });
    expect(Buffer.from(await response.arrayBuffer()).toString('latin1')).toBe(
      '\u0000lab mp3 alloy\u00ffHello gate',
    );
    // Characters are what is billed.
    expect((await rowOf(response)).spend).toBeGreaterThan(0);
  });

  it('listen', async () => {
    const file = await toFile(Buffer.alloc(5_000, 255), 'gate.mp3', { type: 'audio/mpeg' });
    const { data, response } = await openai.audio.transcriptions
      .create({ model: 'transcription', file })
      .withResponse();
    expect(data.text).toMatch(/^I hear [\da-f]{8}\.$/);
    await isBilled(response);
  });

  it('refuse as their providers do', async () => {
    for (const model of Object.values(MODELS))
      lab.script(model.slice(model.indexOf('/') + 1), [{ status: 429, headers: { 'retry-after': '7' } }]);
    const failures = [
      openai.embeddings.create({ model: 'embedding', input: 'x' }),
      openai.moderations.create({ model: 'moderation', input: 'x' }),
      openai.images.generate({ model: 'image', prompt: 'x' }),
      openai.audio.speech.create({ model: 'speech', voice: 'alloy', input: 'x' }),
    ];
    for (const failure of failures)
      await expect(failure).rejects.toMatchObject({ status: 429, headers: expect.anything() });
  });
});
