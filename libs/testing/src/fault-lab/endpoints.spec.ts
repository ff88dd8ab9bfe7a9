import { startFaultLab, type FaultLab } from './fault-lab.js';

let lab: FaultLab;
beforeAll(async () => {
  lab = await startFaultLab();
});
beforeEach(() => lab.reset());
afterAll(() => lab.close());

const post = (path: string, body: object | FormData): Promise<Response> =>
  fetch(lab.url + path, {
    method: 'POST',
    body: body instanceof FormData ? body : JSON.stringify({ model: 'demo', ...body }),
  });

const json = async (path: string, body: object | FormData): Promise<Record<string, unknown>> =>
  (await (await post(path, body)).json()) as Record<string, unknown>;

function formWith(fields: Record<string, string | Blob>): FormData {
  const form = new FormData();
  form.set('model', 'demo');
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

describe('counts of tokens', () => {
  it('are those of the prompt, in Anthropic’s words and in Gemini’s', async () => {
    const messages = [{ role: 'user', content: 'Hello you' }];
    const contents = [{ role: 'user', parts: [{ text: 'Hello you' }] }];
    expect(await json('/v1/messages/count_tokens', { messages })).toEqual({ input_tokens: 3 });
    for (const asked of [{ contents }, { generateContentRequest: { contents } }]) {
      const answer = await json('/v1beta/models/demo:countTokens', { ...asked, model: undefined });
      expect(answer).toEqual({ totalTokens: 3 });
    }
    expect((await post('/v1/messages/count_tokens', {})).status).toBe(400);
  });
});

describe('embeddings', () => {
  interface Embeddings {
    readonly data: readonly { readonly embedding: unknown }[];
  }
  const embed = async (body: object): Promise<unknown[]> =>
    ((await json('/v1/embeddings', body)) as unknown as Embeddings).data.map(({ embedding }) => embedding);

  it('are numbers, or the same in base64', async () => {
    const input = ['The gate is open', 'Closed'];
    const numbers = (await embed({ input, dimensions: 16 })) as number[][];
    const texts = (await embed({ input, dimensions: 16, encoding_format: 'base64' })) as string[];
    expect(numbers.map(({ length }) => length)).toEqual([16, 16]);
    const decoded = texts.map((text) => {
      const bytes = Buffer.from(text, 'base64');
      return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
    });
    expect(decoded).toEqual(numbers);
    expect(lab.stats()).toMatchObject({ calls: 2, promptTokens: 12, completionTokens: 0 });
  });

  it('lie near each other where texts share words, and are of tokens too', async () => {
    const [one, near, far] = (await embed({ input: ['open the gate', 'The gate, open', 'cats purr'] })) as [
      number[],
      number[],
      number[],
    ];
    const product = (other: number[]): number =>
      one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
    expect(product(near)).toBeCloseTo(1);
    expect(product(far)).toBeLessThan(0.6);
    expect(await json('/v1/embeddings', { input: [1, 2, 3] })).toMatchObject({ usage: { prompt_tokens: 3 } });
  });
});

describe('rerank', () => {
  it('puts the documents that have most of the query’s words first', async () => {
    const documents = ['nothing', { text: 'an open gate' }, 'the gate'];
    expect(await json('/v2/rerank', { query: 'open gate', documents, top_n: 2 })).toMatchObject({
      results: [
        { index: 1, relevance_score: 1 },
        { index: 2, relevance_score: 0.5 },
      ],
      meta: { billed_units: { search_units: 1 } },
    });
    expect(await json('/v2/rerank', { query: 'x' })).toEqual({
      id: 'lab',
      message: 'query and documents are required',
    });
  });
});

describe('moderations', () => {
  it('flag what is named', async () => {
    const body = await json('/v1/moderations', { input: ['a hug', [], 'hate and violence'] });
    expect(body).toMatchObject({
      results: [
        { flagged: false },
        { flagged: false },
        { flagged: true, categories: { hate: true, violence: true, sexual: false } },
      ],
    });
  });
});

describe('images', () => {
  it('are made by their number, and edited', async () => {
    const made = await json('/v1/images/generations', { prompt: 'A gate', n: 2 });
    expect(made).toMatchObject({ data: [{}, {}], usage: { input_tokens: 2, output_tokens: 32 } });
    const form = formWith({ prompt: 'A gate', image: new Blob(['hello'], { type: 'image/png' }) });
    expect(await json('/v1/images/edits', form)).toMatchObject({
      data: [{ revised_prompt: 'A gate I see 2cf24dba.' }],
    });
    expect(lab.calls().map(({ completionTokens }) => completionTokens)).toEqual([32, 16]);
  });
});

describe('audio', () => {
  it('is made as bytes of the format that was asked for', async () => {
    const response = await post('/v1/audio/speech', { input: 'Hi', voice: 'alloy', response_format: 'opus' });
    expect(response.headers.get('content-type')).toBe('audio/opus');
    expect(Buffer.from(await response.arrayBuffer()).toString('latin1')).toBe('\u0000lab opus alloy\u00ffHi');
  });

  it('is heard, whatever bytes it is made of, and written down as is asked', async () => {
    const file = new Blob([Buffer.from([0, 13, 10, 45, 45, 255])]);
    const heard = await json('/v1/audio/transcriptions', formWith({ file }));
    expect(heard).toMatchObject({
      text: expect.stringMatching(/^I hear [\da-f]{8}\.$/),
      usage: { input_tokens: 1, output_tokens: 4 },
    });
    const form = formWith({ file, response_format: 'vtt' });
    const written = await (await post('/v1/audio/translations', form)).text();
    expect(written).toBe(`WEBVTT\n\n00:00:00.000 --> 00:00:00.006\n${String(heard['text'])}\n\n`);
  });

  it('is not heard where there is none', async () => {
    const response = await post('/v1/audio/transcriptions', formWith({ prompt: 'x' }));
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { message: 'file: a file is required' } },
    ]);
  });
});

describe('any of them', () => {
  it('fails as its script says', async () => {
    lab.script('demo', [{ status: 429, headers: { 'retry-after': '3' } }, { endAfterBytes: 5 }]);
    const refused = await post('/v1/embeddings', { input: 'Hi' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3']);
    const cut = await post('/v1/embeddings', { input: 'Hi' });
    await expect(cut.text()).rejects.toThrow();
  });
});
