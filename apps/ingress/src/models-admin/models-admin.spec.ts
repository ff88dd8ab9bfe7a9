import { errorOf } from '../_harness.js';
import { AS_KEY, json, ModelsStage, NEW, SECRET, vault } from './_models-stage.js';

let stage: ModelsStage;
afterEach(() => stage.ingress.close());

describe('POST /model/new', () => {
  it('stores a model, its credentials sealed, and serves it when it answers', async () => {
    stage = await ModelsStage.start();
    const response = await stage.add();
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
    expect(JSON.stringify(stage.ingress.bus.asked)).not.toContain(SECRET);
    const { params } = stage.models.get('new-1')!;
    expect(vault.unseal(String(params['api_key']), { model: 'new-1', field: 'api_key' })).toBe(SECRET);
    expect(stage.ingress.live.current.deployments.map(({ group }) => group)).toContain('new');
    expect(await stage.names('/model/info')).toContain('new new-1');
  });

  it('makes an id where none is given, and takes what LiteLLM takes', async () => {
    stage = await ModelsStage.start();
    const response = await stage.add({
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
    expect(stage.models.get(body['model_id'] as string)?.info).toEqual({
      team_public_model_name: 'x',
      base_model: 'gpt-4o',
    });
  });

  it('tells everything that is wrong in one answer', async () => {
    stage = await ModelsStage.start();
    const response = await stage.ingress.post('/model/new', {
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
    stage = await ModelsStage.start();
    const litellm_params = { model: 'opnai/gpt-4o', rpm: 'many', api_bse: 'x', litellm_credential_name: 'c' };
    const error = await errorOf(await stage.add({ litellm_params }));
    expect(error).toMatchObject({ status: 400, param: 'litellm_params.model' });
    expect(error['message']).toBe(
      "'litellm_params.model': unknown provider opnai; did you mean openai?; " +
        "'litellm_params.litellm_credential_name': no credential c; " +
        '\'litellm_params.rpm\': expected a number of at least 0, got "many"; ' +
        "'litellm_params.api_bse': unknown key; did you mean api_base?",
    );
    expect(stage.models.size).toBe(0);
  });

  it.each([
    [
      { model_name: 'a\u0000b' },
      "'model_name' has a NUL character or half of a surrogate pair, which cannot be stored",
    ],
    [
      { model_info: { note: '\ud800' } },
      "'model_info.note' has a NUL character or half of a surrogate pair, which cannot be stored",
    ],
    [{ model_info: { note: 'x'.repeat(70_000) } }, "'model_info': is larger than 65536 characters"],
    [{ model_name: ' ' }, "'model_name': is empty"],
  ])('refuses what cannot be stored', async (change, message) => {
    stage = await ModelsStage.start();
    expect(await errorOf(await stage.add(change))).toMatchObject({ status: 400, message });
  });

  it('refuses what nests without end', async () => {
    stage = await ModelsStage.start();
    const deep = `{"model_name":"new","litellm_params":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`;
    const message = "'request_body': is nested more than 32 levels deep";
    expect(await errorOf(await stage.ingress.post('/model/new', deep))).toMatchObject({
      status: 400,
      message,
    });
  });

  it.each(['\\u0000 is only text', '😀'])('stores %j', async (note) => {
    stage = await ModelsStage.start();
    expect((await stage.add({ model_info: { note } })).status).toBe(200);
  });

  it('refuses an id that the file or another stored model has', async () => {
    stage = await ModelsStage.start();
    expect(await errorOf(await stage.add({ model_info: { id: 'file-1' } }))).toMatchObject({
      status: 400,
      param: 'model_info.id',
      message: "The config file has a model with the id 'file-1'.",
    });
    await stage.add();
    expect(await errorOf(await stage.add())).toMatchObject({ status: 400, param: 'model_info.id' });
  });

  it('refuses a credential without a salt key, and names the variable; a reference needs none', async () => {
    stage = await ModelsStage.start({}, {});
    const error = await errorOf(await stage.add());
    expect(error).toMatchObject({ status: 400, param: 'litellm_params.api_key' });
    expect(error['message']).toContain('TOLLGATE_SALT_KEY');
    const litellm_params = { model: 'openai/gpt-4o', api_key: 'os.environ/KEY' };
    expect((await stage.add({ litellm_params })).status).toBe(200);
    expect(stage.models.get('new-1')?.params).toEqual(litellm_params);
  });

  it('is refused where models are not stored', async () => {
    stage = await ModelsStage.start({ storeModelInDb: false });
    const refused = {
      status: 500,
      message: "Set `'STORE_MODEL_IN_DB='True'` in your env to enable this feature.",
    };
    expect(await errorOf(await stage.add())).toMatchObject(refused);
    expect(await errorOf(await stage.ingress.post('/model/delete', { id: 'x' }))).toMatchObject(refused);
    expect(
      await errorOf(await stage.ingress.post('/model/update', { model_info: { id: 'x' } })),
    ).toMatchObject(refused);
  });

  it('is the admin’s alone', async () => {
    stage = await ModelsStage.start();
    for (const path of ['/model/new', '/model/update', '/model/delete'])
      expect((await stage.ingress.post(path, NEW, AS_KEY)).status).toBe(401);
    expect((await stage.ingress.get('/v2/model/info', AS_KEY)).status).toBe(401);
  });
});

describe('a change of a model', () => {
  const patch = (id: string, body: object): Promise<Response> =>
    fetch(`${stage.ingress.url}/model/${id}/update`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-master-0123456789abcdef' },
      body: JSON.stringify(body),
    });
  const post = (body: object): Promise<Response> => stage.ingress.post('/model/update', body);

  it.each([
    ['PATCH', (body: object) => patch('new-1', body)],
    ['POST', (body: object) => post({ model_info: { id: 'new-1' }, ...body })],
  ])('by %s keeps what is not named, the credential too', async (_how, change) => {
    stage = await ModelsStage.start();
    await stage.add();
    const before = stage.models.get('new-1')!.params['api_key'];
    const response = await change({ model_name: 'renamed', litellm_params: { rpm: 9, tags: ['x'] } });
    expect(response.status).toBe(200);
    expect(await json(response)).toMatchObject({
      model_name: 'renamed',
      litellm_params: { model: 'openai/gpt-4o-mini', rpm: 9, tags: ['x'] },
      updated_at: '1970-01-01T00:00:02.000Z',
    });
    expect(stage.models.get('new-1')!.params['api_key']).toBe(before);
    expect(await stage.names('/model/info')).toContain('renamed new-1');
  });

  it('seals a new credential, and removes what is set to null', async () => {
    stage = await ModelsStage.start();
    await stage.add();
    await patch('new-1', { litellm_params: { api_key: 'sk-other', rpm: null }, model_info: { mode: null } });
    const { params, info } = stage.models.get('new-1')!;
    expect(vault.unseal(String(params['api_key']), { model: 'new-1', field: 'api_key' })).toBe('sk-other');
    expect(params).not.toHaveProperty('rpm');
    expect(info).toEqual({ description: 'mine' });
  });

  it('stores nothing of what an answer said and a client sends back', async () => {
    stage = await ModelsStage.start();
    await stage.add();
    const [entry] = await stage.entries('/model/info?litellm_model_id=new-1');
    await patch('new-1', { ...entry, model_info: { ...entry!.model_info, description: 'yours' } });
    expect(stage.models.get('new-1')!.info).toEqual({ mode: 'chat', description: 'yours' });
  });

  it('is checked as a whole', async () => {
    stage = await ModelsStage.start();
    await stage.add();
    const error = await errorOf(await patch('new-1', { litellm_params: { model: 'opnai/x', rpm: 'many' } }));
    expect(error).toMatchObject({ status: 400, param: 'litellm_params.model' });
    expect(error['message']).toContain('litellm_params.rpm');
    expect(stage.models.get('new-1')!.params['model']).toBe('openai/gpt-4o-mini');
  });

  it('needs an id, and one that is stored', async () => {
    stage = await ModelsStage.start();
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
    stage = await ModelsStage.start();
    await stage.add();
    const response = await stage.ingress.post('/model/delete', { id: 'new-1' });
    expect(await json(response)).toEqual({ message: 'Model: new-1 deleted successfully' });
    expect(await stage.names('/model/info')).not.toContain('new new-1');
    expect((await stage.ingress.post('/model/delete', { id: 'new-1' })).status).toBe(404);
  });

  it('leaves the file alone', async () => {
    stage = await ModelsStage.start();
    const error = await errorOf(await stage.ingress.post('/model/delete', { id: 'file-1' }));
    expect(error).toMatchObject({ status: 400, param: 'id' });
    expect(error['message']).toContain('Model in config');
    expect((await stage.ingress.post('/model/delete', {})).status).toBe(400);
  });
});
