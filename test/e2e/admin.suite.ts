import type { FaultLab, GatewayProcess } from '@tollgate/testing';
import { MASTER_KEY, eventually, json } from './_seed.js';

/** A gateway that runs, with the lab behind it. */
export interface AdminSubject {
  readonly lab: FaultLab;
  /** Of every ingress. */
  readonly ingresses: readonly GatewayProcess[];
}

/** An answer costs a cent, exactly. */
export const adminConfig = (labUrl: string): object => ({
  model_list: ['cheap', 'dear'].map((model_name) => ({
    model_name,
    litellm_params: {
      ...{ model: 'openai/own?tokens=100', api_base: `${labUrl}/v1`, api_key: 'sk-lab' },
      ...{ input_cost_per_token: 0, output_cost_per_token: 0.0001 },
    },
  })),
  general_settings: { master_key: MASTER_KEY },
});

type Fields = Record<string, unknown>;
interface Answer {
  readonly status: number;
  readonly body: Fields;
}

export function describeAdmin(subject: () => AdminSubject): void {
  let next = 0;
  /** The ingresses in turn. */
  const url = (): string => {
    const { ingresses } = subject();
    next = (next + 1) % ingresses.length;
    return ingresses[next]!.url;
  };

  async function send(method: string, path: string, body?: object, key = MASTER_KEY): Promise<Answer> {
    const response = await fetch(`${url()}${path}`, {
      method,
      headers: { ...json, authorization: `Bearer ${key}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Fields) };
  }
  const post = (path: string, body: object, key?: string): Promise<Answer> => send('POST', path, body, key);
  const get = (path: string, key?: string): Promise<Answer> => send('GET', path, undefined, key);
  const call = (key: string, model = 'cheap', extra: object = {}): Promise<Answer> => {
    const messages = [{ role: 'user', content: 'Hello' }];
    return post('/v1/chat/completions', { model, messages, max_tokens: 100, ...extra }, key);
  };
  async function made(path: string, body: object, key?: string): Promise<Fields> {
    const answer = await post(path, body, key);
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer.body;
  }
  const keyOf = async (body: object, by?: string): Promise<string> =>
    (await made('/key/generate', body, by))['key'] as string;
  const infoOf = async (key: string): Promise<Fields> =>
    (await get(`/key/info?key=${key}`)).body['info'] as Fields;

  describe('an organization, its team and its people', () => {
    let ada = '';
    let bob = '';
    let key = '';

    beforeAll(async () => {
      await made('/organization/new', {
        organization_id: 'acme',
        organization_alias: 'Acme',
        max_budget: 50,
      });
      ada = (await made('/user/new', { user_id: 'ada', user_email: 'ada@acme.org' }))['key'] as string;
      bob = (await made('/user/new', { user_id: 'bob', max_budget: 0.05, models: ['cheap'] }))[
        'key'
      ] as string;
      await made('/organization/member_add', {
        organization_id: 'acme',
        member: { role: 'org_admin', user_id: 'ada' },
      });
    }, 60_000);

    it('are made by whoever administers them', async () => {
      const team = { team_id: 'red', team_alias: 'Red', organization_id: 'acme', models: ['cheap'] };
      expect((await post('/team/new', team, bob)).status).toBe(403);
      expect(await made('/team/new', { ...team, max_budget: 10, budget_duration: '1mo' }, ada)).toMatchObject(
        {
          ...{ team_id: 'red', max_budget: 10, blocked: false },
          members_with_roles: [{ user_id: 'ada', role: 'admin' }],
        },
      );
      const again = await post('/team/new', team);
      expect(again.status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(again.body)).toContain('red');
      const member = { role: 'user', user_email: 'eve@acme.org' };
      const added = await made('/team/member_add', { team_id: 'red', member, max_budget_in_team: 0.5 }, ada);
      expect(added['updated_users']).toMatchObject([{ user_email: 'eve@acme.org' }]);
      expect((await get('/team/info?team_id=red', bob)).status).toBe(403);
      expect((await get('/team/info?team_id=red', ada)).body).toMatchObject({
        team_info: {
          members_with_roles: expect.arrayContaining([
            expect.objectContaining({ user_email: 'eve@acme.org' }),
          ]),
        },
      });
    });

    it('have keys within what they may give, whose spend is told by the counters', async () => {
      key = await keyOf({ team_id: 'red', key_alias: 'service', max_budget: 1, budget_duration: '1d' }, ada);
      expect((await post('/key/generate', { team_id: 'red', models: ['dear'] }, ada)).status).toBe(403);
      expect((await post('/key/generate', { team_id: 'red' }, bob)).status).toBe(400);
      expect((await call(key)).status).toBe(200);
      expect((await call(key, 'dear')).status).toBe(403);
      await eventually(
        () => infoOf(key),
        ({ spend }) => spend === 0.01,
      );
      const { limits } = (await post('/key/explain', { key })).body as { limits: Fields[] };
      expect(limits).toContainEqual(
        expect.objectContaining({
          scope: 'team:red',
          limit: 'budget',
          window: '1mo',
          max: 10,
          source: 'own',
        }),
      );
      expect(
        limits.find(({ limit, scope }) => limit === 'budget' && String(scope).startsWith('key:')),
      ).toMatchObject({
        ...{ window: '1d', max: 1, left: 0.99, held: 0 },
      });
      const team = async (): Promise<Fields> =>
        (await get('/team/info?team_id=red')).body['team_info'] as Fields;
      expect(await team()).toMatchObject({ spend: 0.01 });
    });

    it('find their keys by list, alias, hash and page', async () => {
      const { token } = (await get('/key/list?team_id=red&return_full_object=true')).body['keys']![
        0 as never
      ] as Fields;
      expect((await get(`/key/list?key_hash=${String(token)}`)).body).toMatchObject({
        total_count: 1,
        keys: [token],
      });
      expect((await get('/key/aliases?search=SERV')).body).toMatchObject({ aliases: ['service'] });
      expect((await post('/v2/key/info', { keys: [key] })).body).toMatchObject({
        info: [{ key_alias: 'service' }],
      });
      expect((await post('/key/generate', { key_alias: 'service' })).body).toMatchObject({
        error: { param: 'key_alias', code: '400' },
      });
      expect((await get('/key/list', bob)).body).toMatchObject({ total_count: 1 });
    });

    it('are blocked and unblocked at once, on every ingress', async () => {
      await made('/team/block', { team_id: 'red' }, ada);
      await eventually(
        () => call(key),
        ({ status }) => status === 401,
        1_000,
      );
      await made('/team/unblock', { team_id: 'red' }, ada);
      await eventually(
        () => call(key),
        ({ status }) => status === 200,
        1_000,
      );
      await made('/key/block', { key }, ada);
      await eventually(
        () => call(key),
        ({ status }) => status === 401,
        1_000,
      );
      await made('/key/unblock', { key }, ada);
      await eventually(
        () => call(key),
        ({ status }) => status === 200,
        1_000,
      );
    });

    it('give keys new values, with a grace', async () => {
      const renewed = (await made('/key/regenerate', { key, grace_period: '1h' }, ada))['key'] as string;
      expect(renewed).not.toBe(key);
      await eventually(
        () => call(renewed),
        ({ status }) => status === 200,
        1_000,
      );
      await eventually(
        () => call(key),
        ({ status }) => status === 200,
        1_000,
      );
      expect(await infoOf(renewed)).toMatchObject({ key_alias: 'service', max_budget: 1 });
      const last = (await made(`/key/${renewed}/regenerate`, {}, ada))['key'] as string;
      await eventually(
        () => call(renewed),
        ({ status }) => status === 401,
        1_000,
      );
      key = last;
    });

    it('are held to budgets of their own', async () => {
      const statuses: number[] = [];
      for (let calls = 0; calls < 6; calls += 1) statuses.push((await call(bob)).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 422]);
      expect((await get('/user/info', bob)).body).toMatchObject({
        user_id: 'bob',
        user_info: { max_budget: 0.05 },
      });
      await made('/user/update', { user_id: 'bob', max_budget: 1 });
      await eventually(
        () => call(bob),
        ({ status }) => status === 200,
        1_000,
      );
    });

    it('have what they spent reset', async () => {
      const before = (
        await eventually(
          () => infoOf(key),
          ({ spend }) => Number(spend) >= 0.01,
        )
      )['spend'];
      const reset = await made(`/key/${key}/reset_spend`, { reset_to: 0 });
      expect(reset).toMatchObject({ spend: 0, previous_spend: before });
      expect(await infoOf(key)).toMatchObject({ spend: 0 });
      expect((await post(`/key/${key}/reset_spend`, { reset_to: 100 })).status).toBe(400);
    });

    it('go with their keys', async () => {
      expect((await send('DELETE', '/organization/delete', { organization_ids: ['acme'] }, ada)).status).toBe(
        401,
      );
      expect((await post('/team/delete', { team_ids: ['red'] }, ada)).status).toBe(200);
      await eventually(
        () => call(key),
        ({ status }) => status === 401,
        1_000,
      );
      expect((await get('/team/info?team_id=red')).status).toBe(404);
      expect((await post('/user/delete', { user_ids: ['bob'] })).body).toBe(1);
      await eventually(
        () => call(bob),
        ({ status }) => status === 401,
        1_000,
      );
      expect((await send('DELETE', '/organization/delete', { organization_ids: ['acme'] })).status).toBe(200);
    });
  });

  it('tiers bind whoever links to them, and change at once', async () => {
    await made('/budget/new', { budget_id: 'tin', max_budget: 0.02, budget_duration: '30d' });
    const key = await keyOf({ budget_id: 'tin' });
    expect((await infoOf(key))['litellm_budget_table']).toMatchObject({ budget_id: 'tin', max_budget: 0.02 });
    expect([(await call(key)).status, (await call(key)).status, (await call(key)).status]).toEqual([
      200, 200, 422,
    ]);
    await made('/budget/update', { budget_id: 'tin', max_budget: 5 });
    await eventually(
      () => call(key),
      ({ status }) => status === 200,
      1_000,
    );
    expect((await post('/budget/info', { budgets: ['tin'] })).body).toMatchObject([{ max_budget: 5 }]);
    await made('/budget/delete', { id: 'tin' });
    expect((await post('/key/generate', { budget_id: 'tin' })).body).toMatchObject({
      error: { param: 'budget_id' },
    });
  });

  it('customers and tags have budgets and can be blocked', async () => {
    const key = await keyOf({});
    await made('/customer/new', { user_id: 'shop', max_budget: 0.01 });
    const asShop = () => call(key, 'cheap', { user: 'shop' });
    expect([(await asShop()).status, (await asShop()).status]).toEqual([200, 422]);
    await made('/customer/block', { user_ids: ['shop'] });
    await eventually(asShop, ({ status }) => status === 400, 1_000);
    // The spend is the ledger's: it follows the call.
    await eventually(
      async () => (await get('/customer/info?end_user_id=shop')).body,
      ({ blocked, spend }) => blocked === true && spend === 0.01,
    );
    await made('/tag/new', { name: 'batch', max_budget: 0.01 });
    const asBatch = () => call(key, 'cheap', { metadata: { tags: ['batch'] } });
    expect([(await asBatch()).status, (await asBatch()).status]).toEqual([200, 422]);
    expect((await post('/tag/info', { names: ['batch'] })).body).toMatchObject({
      batch: { max_budget: 0.01 },
    });
  });

  it('access groups stand for their models', async () => {
    await made('/access_group/new', { access_group: 'frugal', model_names: ['cheap'] });
    const team = await made('/team/new', { models: ['frugal'] });
    const key = await keyOf({ team_id: team['team_id'] });
    expect([(await call(key)).status, (await call(key, 'dear')).status]).toEqual([200, 403]);
    const own = await keyOf({ models: ['frugal'] });
    expect([(await call(own)).status, (await call(own, 'dear')).status]).toEqual([200, 403]);
  });

  it('every change is in the audit log, whose chain holds', async () => {
    const key = await keyOf({ key_alias: 'watched', max_budget: 1 });
    const hash = (await made('/key/update', { key, max_budget: 2 }))['token'] as string;
    const { body } = await get(`/audit?object_id=${hash}`);
    expect(body['audit_logs']).toMatchObject([
      { action: 'updated', table_name: 'LiteLLM_VerificationToken', changed_by: 'default_user_id' },
      { action: 'created', before_value: null },
    ]);
    expect(JSON.stringify(body)).not.toContain(key);
    expect((await get('/audit/verify')).body).toMatchObject({ intact: true, broken_at: null });
  });
}
