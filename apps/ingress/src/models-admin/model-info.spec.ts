import { errorOf } from '../_harness.js';
import { AS_KEY, json, ModelsStage, type Entry, type Json } from './_models-stage.js';

let stage: ModelsStage;
afterEach(() => stage.ingress.close());

describe('GET /model/info', () => {
  it('tells of every deployment what the config and the catalogue know, and no credential', async () => {
    stage = await ModelsStage.start();
    await stage.add();
    const response = await stage.ingress.get('/v1/model/info');
    const text = await response.text();
    expect(text).not.toMatch(/secret|password|sealed|OPENAI_API_KEY/);
    const { data } = JSON.parse(text) as { data: Entry[] };
    expect(data[0]).toEqual({
      model_name: 'chat-default',
      litellm_params: {
        model: 'openai/gpt-4o',
        rpm: 10,
        tags: ['free'],
        extra_headers: { 'x-gateway': '****' },
      },
      model_info: {
        id: 'file-1',
        db_model: false,
        key: 'gpt-4o',
        litellm_provider: 'openai',
        mode: 'chat',
        max_tokens: null,
        max_input_tokens: 128_000,
        max_output_tokens: null,
        input_cost_per_token: 0.0000025,
        output_cost_per_token: 0.000000005,
        cache_read_input_token_cost: 0.00000125,
        cache_creation_input_token_cost: null,
        output_cost_per_reasoning_token: null,
        cache_creation_input_token_cost_above_1hr: null,
        input_cost_per_audio_token: null,
        output_cost_per_audio_token: null,
        input_cost_per_image_token: null,
        output_cost_per_image_token: null,
        input_cost_per_request: null,
        search_context_cost_per_query: {
          search_context_size_low: 0.01,
          search_context_size_medium: 0.01,
          search_context_size_high: 0.01,
        },
        file_search_cost_per_1k_calls: 2.5,
        supports_vision: true,
        supports_function_calling: null,
        supports_response_schema: null,
        supports_audio_input: null,
        supports_audio_output: null,
        supports_pdf_input: null,
        supports_web_search: null,
        note: 'of the file',
      },
    });
    expect(data.at(-1)).toMatchObject({
      model_name: 'new',
      model_info: { id: 'new-1', db_model: true, description: 'mine', created_by: 'default_user_id' },
    });
  });

  it('tells of one, or that there is none', async () => {
    stage = await ModelsStage.start();
    expect(await stage.names('/model/info?litellm_model_id=file-2')).toEqual(['chat-default file-2']);
    expect(await errorOf(await stage.ingress.get('/model/info?litellm_model_id=x'))).toMatchObject({
      status: 400,
      message: 'Model id = x not found on litellm proxy',
    });
  });

  it('tells a virtual key of its own models, and not where they are', async () => {
    stage = await ModelsStage.start();
    await stage.add();
    expect(await stage.names('/model/info', AS_KEY)).toEqual([
      'chat-default file-1',
      'chat-default file-2',
      'new new-1',
    ]);
    const [first] = await stage.entries('/model/info', AS_KEY);
    expect(first?.litellm_params).toEqual({ model: 'openai/gpt-4o' });
    expect((await stage.ingress.get('/model/info?litellm_model_id=file-3', AS_KEY)).status).toBe(400);
  });

  it('tells the admin of a stored model that cannot be served, and why', async () => {
    stage = await ModelsStage.start();
    await stage.add();
    stage.models.set('new-1', {
      ...stage.models.get('new-1')!,
      params: { model: 'opnai/x' },
      updatedAt: 9_000,
    });
    await stage.add({ model_info: { id: 'new-2' } });
    const broken = (await stage.entries('/model/info')).find(({ model_info: { id } }) => id === 'new-1');
    expect(broken?.model_info['left_out']).toContain('unknown provider opnai');
    expect(await stage.names('/model/info', AS_KEY)).not.toContain('new new-1');
  });
});

describe('GET /v2/model/info', () => {
  const page = async (query: string): Promise<Json & { data: Entry[] }> =>
    (await json(await stage.ingress.get(`/v2/model/info${query}`))) as Json & { data: Entry[] };
  const idsOf = ({ data }: { data: Entry[] }): string[] => data.map(({ model_info: { id } }) => id);

  it('gives pages', async () => {
    stage = await ModelsStage.start();
    const first = await page('?size=2');
    expect(first).toMatchObject({ total_count: 3, current_page: 1, total_pages: 2, size: 2 });
    expect([idsOf(first), idsOf(await page('?size=2&page=2')), idsOf(await page('?page=9'))]).toEqual([
      ['file-1', 'file-2'],
      ['file-3'],
      [],
    ]);
  });

  it('searches, picks and sorts', async () => {
    stage = await ModelsStage.start();
    expect(idsOf(await page('?search=QUAL'))).toEqual(['file-3']);
    expect(idsOf(await page('?modelId=file-2'))).toEqual(['file-2']);
    expect(idsOf(await page('?sortBy=model_name&sortOrder=desc'))).toEqual(['file-3', 'file-1', 'file-2']);
    expect(idsOf(await page('?sortBy=costs'))).toEqual(['file-1', 'file-2', 'file-3']);
    await stage.add();
    expect(idsOf(await page('?sortBy=created_at&sortOrder=desc'))[0]).toBe('new-1');
  });

  it('refuses what it cannot do, all of it at once', async () => {
    stage = await ModelsStage.start();
    const error = await errorOf(
      await stage.ingress.get('/v2/model/info?page=0&size=x&sortBy=luck&sortOrder=up'),
    );
    expect(error).toMatchObject({ status: 400, param: 'page' });
    for (const field of ['page', 'size', 'sortBy', 'sortOrder'])
      expect(error['message']).toContain(`'${field}': must be`);
  });
});

describe('GET /model_group/info', () => {
  const groups = async (query = '', headers: Record<string, string> = {}): Promise<Json[]> =>
    (await json(await stage.ingress.get(`/model_group/info${query}`, headers)))['data'] as Json[];

  it('tells of each name what its deployments have in common', async () => {
    stage = await ModelsStage.start();
    const all = await groups();
    expect(all.map(({ model_group: name }) => name)).toEqual(['chat-default', 'chat-quality', 'gpt-4']);
    expect(all[0]).toMatchObject({
      model_group: 'chat-default',
      providers: ['openai', 'azure'],
      max_input_tokens: 128_000,
      input_cost_per_token: 0.0000025,
      output_cost_per_token: 0.00001,
      mode: 'chat',
      rpm: 15,
      tpm: null,
      supports_vision: true,
      supports_function_calling: false,
      is_public_model_group: false,
    });
    expect(all[2]).toMatchObject({ model_group: 'gpt-4', providers: ['openai', 'azure'] });
  });

  it('tells of one name, and a virtual key of its own', async () => {
    stage = await ModelsStage.start();
    expect(await groups('?model_group=chat-quality')).toHaveLength(1);
    expect(await groups('?model_group=nothing')).toEqual([]);
    expect((await groups('', AS_KEY)).map(({ model_group: name }) => name)).toEqual([
      'chat-default',
      'gpt-4',
    ]);
    expect(await groups('?model_group=chat-quality', AS_KEY)).toEqual([]);
  });
});
