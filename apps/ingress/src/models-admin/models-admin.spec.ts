import { bareDeployment, Vault, type GatewayConfig } from '@tollgate/config';
import {
  createModel,
  deleteModel,
  findKey,
  GatewayError,
  listModels,
  updateModel,
  type StoredModel,
} from '@tollgate/contracts';
import { VIRTUAL_KEY, errorOf, keyRecordOf, startIngress, type FakeBus, type Harness } from '../_harness.js';

const SECRET = 'sk-provider-secret-0123456789';
const vault = new Vault('salt');
const AS_KEY = { authorization: `Bearer ${VIRTUAL_KEY}` };

const FILE: GatewayConfig['deployments'] = [
  {
    ...bareDeployment({ id: 'file-1', group: 'chat-default', provider: 'openai', model: 'gpt-4o' }),
    apiKey: { env: 'OPENAI_API_KEY' },
    apiBase: 'https://user:password@upstream.example/v1',
    extraHeaders: { 'x-gateway': SECRET },
    rpm: 10,
    tags: ['free'],
    prices: { output: 5 },
    limits: { supports: { vision: true } },
    info: { note: 'of the file' },
  },
  {
    ...bareDeployment({ id: 'file-2', group: 'chat-default', provider: 'azure', model: 'eu' }),
    baseModel: 'azure/gpt-4o',
    rpm: 5,
  },
  bareDeployment({ id: 'file-3', group: 'chat-quality', provider: 'acme', model: 'own' }),
];

/** Billing, as far as models go. */
function keepModels(bus: FakeBus): Map<string, StoredModel> {
  const models = new Map<string, StoredModel>();
  let version = 0;
  const put = (model: StoredModel): StoredModel => {
    version += 1;
    models.set(model.id, model);
    return model;
  };
  bus.reply(createModel, (model) => {
    if (models.has(model.id))
      throw new GatewayError('invalid_request', 'There is one already.', { param: 'model_info.id' });
    return put({ ...model, updatedBy: model.createdBy, createdAt: 1_000, updatedAt: 1_000 });
  });
  bus.reply(updateModel, ({ id, params, info, name, updatedBy }) => {
    const known = models.get(id);
    if (known === undefined) return null;
    const patched = (fields: object, patch: object = {}): Record<string, unknown> =>
      Object.fromEntries(Object.entries({ ...fields, ...patch }).filter(([, value]) => value !== null));
    const changes = { params: patched(known.params, params), info: patched(known.info, info) };
    return put({ ...known, ...changes, name: name ?? known.name, updatedBy, updatedAt: 2_000 });
  });
  bus.reply(deleteModel, ({ id }) => {
    version += 1;
    return { deleted: models.delete(id) };
  });
  bus.reply(listModels, () => ({ models: [...models.values()], version, next: null }));
  return models;
}

let ingress: Harness;
let models: Map<string, StoredModel>;

async function start(
  general: Partial<GatewayConfig['general']> = {},
  withVault: { readonly vault?: Vault } = { vault },
): Promise<void> {
  ingress = await startIngress(general, { deployments: FILE, readsModels: true, ...withVault });
  models = keepModels(ingress.bus);
  ingress.bus.reply(findKey, () => ({
    key: keyRecordOf({ models: ['chat-default', 'new'] }),
    spendNanos: 0,
  }));
}

afterEach(() => ingress.close());

const NEW = {
  model_name: 'new',
  litellm_params: {
    model: 'openai/gpt-4o-mini',
    api_key: SECRET,
    rpm: 7,
    extra_headers: { 'x-team': SECRET },
  },
  model_info: { id: 'new-1', mode: 'chat', description: 'mine' },
};

type Json = Record<string, unknown>;
const json = async (response: Response): Promise<Json> => (await response.json()) as Json;
const add = (changes: object = {}): Promise<Response> => ingress.post('/model/new', { ...NEW, ...changes });

interface Entry {
  model_name: string;
  litellm_params: Json;
  model_info: Json & { id: string };
}
const entries = async (path: string, headers: Record<string, string> = {}): Promise<Entry[]> =>
  ((await json(await ingress.get(path, headers))) as unknown as { data: Entry[] }).data;
const names = async (path: string, headers: Record<string, string> = {}): Promise<string[]> =>
  (await entries(path, headers)).map(({ model_name: name, model_info: { id } }) => `${name} ${id}`);

describe('POST /model/new', () => {
  it('stores a model, its credentials sealed, and serves it when it answers', async () => {
    await start();
    const response = await add();
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('sealed');
    expect(JSON.parse(text)).toEqual({
      model_id: 'new-1',
      model_name: 'new',
      litellm_params: { model: 'openai/gpt-4o-mini', rpm: 7, extra_headers: { 'x-team': '****' } },
      model_info: { id: 'new-1', mode: 'chat', description: 'mine', db_model: true },
      created_at: '1970-01-01T00:00:01.000Z',
      created_by: 'default_user_id',
      updated_at: '1970-01-01T00:00:01.000Z',
      updated_by: 'default_user_id',
    });
    expect(JSON.stringify(ingress.bus.asked)).not.toContain(SECRET);
    const { params } = models.get('new-1')!;
    expect(vault.unseal(String(params['api_key']), { model: 'new-1', field: 'api_key' })).toBe(SECRET);
    expect(ingress.live.current.deployments.map(({ group }) => group)).toContain('new');
    expect(await names('/model/info')).toContain('new new-1');
  });

  it('makes an id where none is given, and takes what LiteLLM takes', async () => {
    await start();
    const response = await add({
      litellm_params: {
        model: 'openai/gpt-4o',
        max_retries: 2,
        custom_llm_provider: 'openai',
        api_key: null,
      },
      model_info: { team_public_model_name: 'x', db_model: false, base_model: 'gpt-4o' },
      created_at: 'whenever',
    });
    const body = await json(response);
    expect([response.status, body['model_id']]).toEqual([200, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(models.get(body['model_id'] as string)?.info).toEqual({
      team_public_model_name: 'x',
      base_model: 'gpt-4o',
    });
  });

  it('tells everything that is wrong in one answer', async () => {
    await start();
    const response = await ingress.post('/model/new', {
      model_nam: 'new',
      litellm_params: 'openai/gpt-4o',
      model_info: { id: 'with space', api_key: SECRET, team_id: 'team' },
    });
    const error = await errorOf(response);
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' });
    for (const field of [
      'model_name',
      'model_nam',
      'litellm_params',
      'model_info.id',
      'model_info.api_key',
      'model_info.team_id',
    ])
      expect(error['message']).toContain(`'${field}':`);
    expect(error['message']).not.toContain(SECRET);
  });

  it('has the rules of the config file', async () => {
    await start();
    const litellm_params = { model: 'opnai/gpt-4o', rpm: 'many', api_bse: 'x', litellm_credential_name: 'c' };
    const error = await errorOf(await add({ litellm_params }));
    expect(error).toMatchObject({ status: 400, param: 'litellm_params.model' });
    expect(error['message']).toBe(
      "'litellm_params.model': unknown provider opnai; did you mean openai?; " +
        "'litellm_params.litellm_credential_name': no credential c; " +
        '\'litellm_params.rpm\': expected a number of at least 0, got "many"; ' +
        "'litellm_params.api_bse': unknown key; did you mean api_base?",
    );
    expect(models.size).toBe(0);
  });

  it.each([
    [{ model_name: 'a\u0000b' }, "'model_name': has a character that cannot be stored"],
    [{ model_info: { note: '\ud800' } }, "'model_info': has a character that cannot be stored"],
    [{ model_info: { note: 'x'.repeat(70_000) } }, "'model_info': is larger than 65536 characters"],
    [{ model_name: ' ' }, "'model_name': is empty"],
  ])('refuses what cannot be stored', async (change, message) => {
    await start();
    expect(await errorOf(await add(change))).toMatchObject({ status: 400, message });
  });

  it.each(['\\u0000 is only text', '😀'])('stores %j', async (note) => {
    await start();
    expect((await add({ model_info: { note } })).status).toBe(200);
  });

  it('refuses an id that the file or another stored model has', async () => {
    await start();
    expect(await errorOf(await add({ model_info: { id: 'file-1' } }))).toMatchObject({
      status: 400,
      param: 'model_info.id',
      message: "The config file has a model with the id 'file-1'.",
    });
    await add();
    expect(await errorOf(await add())).toMatchObject({ status: 400, param: 'model_info.id' });
  });

  it('refuses a credential without a salt key, and names the variable; a reference needs none', async () => {
    await start({}, {});
    const error = await errorOf(await add());
    expect(error).toMatchObject({ status: 400, param: 'litellm_params.api_key' });
    expect(error['message']).toContain('TOLLGATE_SALT_KEY');
    const litellm_params = { model: 'openai/gpt-4o', api_key: 'os.environ/KEY' };
    expect((await add({ litellm_params })).status).toBe(200);
    expect(models.get('new-1')?.params).toEqual(litellm_params);
  });

  it('is refused where models are not stored', async () => {
    await start({ storeModelInDb: false });
    const refused = {
      status: 500,
      message: "Set `'STORE_MODEL_IN_DB='True'` in your env to enable this feature.",
    };
    expect(await errorOf(await add())).toMatchObject(refused);
    expect(await errorOf(await ingress.post('/model/delete', { id: 'x' }))).toMatchObject(refused);
    expect(await errorOf(await ingress.post('/model/update', { model_info: { id: 'x' } }))).toMatchObject(
      refused,
    );
  });

  it('is the admin’s alone', async () => {
    await start();
    for (const path of ['/model/new', '/model/update', '/model/delete'])
      expect((await ingress.post(path, NEW, AS_KEY)).status).toBe(401);
    expect((await ingress.get('/v2/model/info', AS_KEY)).status).toBe(401);
  });
});

describe('a change of a model', () => {
  const patch = (id: string, body: object): Promise<Response> =>
    fetch(`${ingress.url}/model/${id}/update`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-master-0123456789abcdef' },
      body: JSON.stringify(body),
    });
  const post = (body: object): Promise<Response> => ingress.post('/model/update', body);

  it.each([
    ['PATCH', (body: object) => patch('new-1', body)],
    ['POST', (body: object) => post({ model_info: { id: 'new-1' }, ...body })],
  ])('by %s keeps what is not named, the credential too', async (_how, change) => {
    await start();
    await add();
    const before = models.get('new-1')!.params['api_key'];
    const response = await change({ model_name: 'renamed', litellm_params: { rpm: 9, tags: ['x'] } });
    expect(response.status).toBe(200);
    expect(await json(response)).toMatchObject({
      model_name: 'renamed',
      litellm_params: { model: 'openai/gpt-4o-mini', rpm: 9, tags: ['x'] },
      updated_at: '1970-01-01T00:00:02.000Z',
    });
    expect(models.get('new-1')!.params['api_key']).toBe(before);
    expect(await names('/model/info')).toContain('renamed new-1');
  });

  it('seals a new credential, and removes what is set to null', async () => {
    await start();
    await add();
    await patch('new-1', { litellm_params: { api_key: 'sk-other', rpm: null }, model_info: { mode: null } });
    const { params, info } = models.get('new-1')!;
    expect(vault.unseal(String(params['api_key']), { model: 'new-1', field: 'api_key' })).toBe('sk-other');
    expect(params).not.toHaveProperty('rpm');
    expect(info).toEqual({ description: 'mine' });
  });

  it('stores nothing of what an answer said and a client sends back', async () => {
    await start();
    await add();
    const [entry] = await entries('/model/info?litellm_model_id=new-1');
    await patch('new-1', { ...entry, model_info: { ...entry!.model_info, description: 'yours' } });
    expect(models.get('new-1')!.info).toEqual({ mode: 'chat', description: 'yours' });
  });

  it('is checked as a whole', async () => {
    await start();
    await add();
    const error = await errorOf(await patch('new-1', { litellm_params: { model: 'opnai/x', rpm: 'many' } }));
    expect(error).toMatchObject({ status: 400, param: 'litellm_params.model' });
    expect(error['message']).toContain('litellm_params.rpm');
    expect(models.get('new-1')!.params['model']).toBe('openai/gpt-4o-mini');
  });

  it('needs an id, and one that is stored', async () => {
    await start();
    expect(await errorOf(await post({ model_name: 'x' }))).toMatchObject({
      status: 400,
      param: 'model_info.id',
    });
    expect(await errorOf(await patch('a', { model_info: { id: 'b' } }))).toMatchObject({
      status: 400,
      param: 'model_info.id',
    });
    expect(await errorOf(await patch('nowhere', {}))).toMatchObject({ status: 404 });
    expect(await errorOf(await patch('file-1', {}))).toMatchObject({
      status: 400,
      message: "Can't edit model. Model in config. Store model in db via `/model/new`. to edit.",
    });
  });
});

describe('POST /model/delete', () => {
  it('takes the model away', async () => {
    await start();
    await add();
    const response = await ingress.post('/model/delete', { id: 'new-1' });
    expect(await json(response)).toEqual({ message: 'Model: new-1 deleted successfully' });
    expect(await names('/model/info')).not.toContain('new new-1');
    expect((await ingress.post('/model/delete', { id: 'new-1' })).status).toBe(404);
  });

  it('leaves the file alone', async () => {
    await start();
    const error = await errorOf(await ingress.post('/model/delete', { id: 'file-1' }));
    expect(error).toMatchObject({ status: 400, param: 'id' });
    expect(error['message']).toContain('Model in config');
    expect((await ingress.post('/model/delete', {})).status).toBe(400);
  });
});

describe('GET /model/info', () => {
  it('tells of every deployment what the config and the catalogue know, and no credential', async () => {
    await start();
    await add();
    const response = await ingress.get('/v1/model/info');
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
        input_cost_per_audio_token: null,
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
    await start();
    expect(await names('/model/info?litellm_model_id=file-2')).toEqual(['chat-default file-2']);
    expect(await errorOf(await ingress.get('/model/info?litellm_model_id=x'))).toMatchObject({
      status: 400,
      message: 'Model id = x not found on litellm proxy',
    });
  });

  it('tells a virtual key of its own models, and not where they are', async () => {
    await start();
    await add();
    expect(await names('/model/info', AS_KEY)).toEqual([
      'chat-default file-1',
      'chat-default file-2',
      'new new-1',
    ]);
    const [first] = await entries('/model/info', AS_KEY);
    expect(first?.litellm_params).toEqual({ model: 'openai/gpt-4o' });
    expect((await ingress.get('/model/info?litellm_model_id=file-3', AS_KEY)).status).toBe(400);
  });

  it('tells the admin of a stored model that cannot be served, and why', async () => {
    await start();
    await add();
    models.set('new-1', { ...models.get('new-1')!, params: { model: 'opnai/x' }, updatedAt: 9_000 });
    await add({ model_info: { id: 'new-2' } });
    const broken = (await entries('/model/info')).find(({ model_info: { id } }) => id === 'new-1');
    expect(broken?.model_info['left_out']).toContain('unknown provider opnai');
    expect(await names('/model/info', AS_KEY)).not.toContain('new new-1');
  });
});

describe('GET /v2/model/info', () => {
  const page = async (query: string): Promise<Json & { data: Entry[] }> =>
    (await json(await ingress.get(`/v2/model/info${query}`))) as Json & { data: Entry[] };
  const idsOf = ({ data }: { data: Entry[] }): string[] => data.map(({ model_info: { id } }) => id);

  it('gives pages', async () => {
    await start();
    const first = await page('?size=2');
    expect(first).toMatchObject({ total_count: 3, current_page: 1, total_pages: 2, size: 2 });
    expect([idsOf(first), idsOf(await page('?size=2&page=2')), idsOf(await page('?page=9'))]).toEqual([
      ['file-1', 'file-2'],
      ['file-3'],
      [],
    ]);
  });

  it('searches, picks and sorts', async () => {
    await start();
    expect(idsOf(await page('?search=QUAL'))).toEqual(['file-3']);
    expect(idsOf(await page('?modelId=file-2'))).toEqual(['file-2']);
    expect(idsOf(await page('?sortBy=model_name&sortOrder=desc'))).toEqual(['file-3', 'file-1', 'file-2']);
    expect(idsOf(await page('?sortBy=costs'))).toEqual(['file-1', 'file-2', 'file-3']);
    await add();
    expect(idsOf(await page('?sortBy=created_at&sortOrder=desc'))[0]).toBe('new-1');
  });

  it('refuses what it cannot do, all of it at once', async () => {
    await start();
    const error = await errorOf(await ingress.get('/v2/model/info?page=0&size=x&sortBy=luck&sortOrder=up'));
    expect(error).toMatchObject({ status: 400, param: 'page' });
    for (const field of ['page', 'size', 'sortBy', 'sortOrder'])
      expect(error['message']).toContain(`'${field}': must be`);
  });
});

describe('GET /model_group/info', () => {
  const groups = async (query = '', headers: Record<string, string> = {}): Promise<Json[]> =>
    (await json(await ingress.get(`/model_group/info${query}`, headers)))['data'] as Json[];

  it('tells of each name what its deployments have in common', async () => {
    await start();
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
    await start();
    expect(await groups('?model_group=chat-quality')).toHaveLength(1);
    expect(await groups('?model_group=nothing')).toEqual([]);
    expect((await groups('', AS_KEY)).map(({ model_group: name }) => name)).toEqual([
      'chat-default',
      'gpt-4',
    ]);
    expect(await groups('?model_group=chat-quality', AS_KEY)).toEqual([]);
  });
});
