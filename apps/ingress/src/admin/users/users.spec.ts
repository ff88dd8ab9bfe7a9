import { NO_LIMITS } from '@tollgate/contracts';
import { errorOf } from '../../_harness.js';
import { startAdmin, type AdminStage } from '../_admin-stage.js';

let ingress: AdminStage;
beforeEach(async () => {
  ingress = await startAdmin();
});
afterEach(() => ingress.close());

type Fields = Record<string, unknown>;
type Headers = Record<string, string>;

const statusOf = async (path: string, body: object, as?: Headers): Promise<number> =>
  (await ingress.post(path, body, as)).status;
const post = async (path: string, body: object, as?: Headers): Promise<Fields> =>
  (await (await ingress.post(path, body, as)).json()) as Fields;
const get = async (path: string, as?: Headers): Promise<Fields> =>
  (await (await ingress.get(path, as)).json()) as Fields;

describe('a user', () => {
  it('is made with a key of its own and its memberships', async () => {
    ingress.billing.add('team', 'red');
    const made = await post('/user/new', {
      ...{
        user_id: 'ada',
        user_email: 'ada@x.org',
        user_alias: 'Ada',
        user_role: 'internal_user',
        max_budget: 3,
      },
      ...{ teams: ['red'], models: ['a'], key_alias: 'laptop' },
    });
    expect(made).toMatchObject({
      ...{
        user_id: 'ada',
        user_email: 'ada@x.org',
        user_alias: 'Ada',
        user_role: 'internal_user',
        max_budget: 3,
      },
      ...{ teams: ['red'], models: ['a'], key_alias: 'laptop', spend: 0 },
    });
    const key = ingress.billing.key(made['key'] as string);
    expect(key).toMatchObject({ userId: 'ada', models: ['a'], limits: { budgets: [] } });
    expect(JSON.stringify(ingress.bus.asked)).not.toContain(made['key']);
    expect(await get('/user/info?user_id=ada')).toMatchObject({
      user_id: 'ada',
      user_info: { user_email: 'ada@x.org', max_budget: 3, teams: ['red'] },
      keys: [{ key_alias: 'laptop' }],
      teams: [{ team_id: 'red' }],
    });
    expect(await get('/v2/user/info?user_id=ada')).toMatchObject({
      user_id: 'ada',
      user_role: 'internal_user',
    });
  });

  it('without a body has an id and a key, and without a key neither', async () => {
    expect(await post('/user/new', {})).toMatchObject({
      user_role: 'internal_user',
      key: expect.any(String),
    });
    expect(await post('/user/new', { auto_create_key: false })).not.toHaveProperty('key');
  });

  it('is counted, and found by a part of its id or e-mail', async () => {
    ingress.billing.addUser('ada', { user_email: 'ada@x.org' });
    ingress.billing.addUser('bob', { user_role: 'internal_user' });
    ingress.billing.add('team', 'red');
    expect(await get('/user/available_users')).toEqual({
      ...{ total_users: null, total_users_used: 2, total_users_remaining: null },
      ...{ total_teams: null, total_teams_used: 1, total_teams_remaining: null },
    });
    const ada = { user_id: 'ada', user_email: 'ada@x.org' };
    expect(await get('/user/filter/ui')).toEqual([ada, { user_id: 'bob', user_email: null }]);
    expect(await get('/user/filter/ui?user_email=X.ORG')).toEqual([ada]);
    expect(await get('/user/filter/ui?user_id=bo')).toMatchObject([{ user_id: 'bob' }]);
    const bob = { authorization: 'Bearer sk-of-bob-0123456789abcdef' };
    for (const path of ['/user/available_users', '/user/filter/ui'])
      expect((await ingress.get(path, bob)).status).toBe(401);
  });

  it('is changed by id or e-mail, one or many', async () => {
    ingress.billing.addUser('ada', { user_email: 'ada@x.org' });
    ingress.billing.addUser('bob');
    expect(await post('/user/update', { user_email: 'ADA@x.org', max_budget: 2 })).toMatchObject({
      user_id: 'ada',
      data: { user_email: 'ada@x.org', max_budget: 2 },
    });
    const users = [{ user_id: 'bob', user_role: 'proxy_admin_viewer' }, { user_id: 'ghost' }];
    expect(await post('/user/bulk_update', { users })).toMatchObject({
      ...{ total_requested: 2, successful_updates: 1, failed_updates: 1 },
      results: [{ success: true }, { success: false, error: 'User ghost not found' }],
    });
    await post('/user/bulk_update', { all_users: true, user_updates: { tpm_limit: 5 } });
    expect(ingress.billing.entry('user', 'bob')?.limits.tokensPerMinute).toBe(5);
  });

  it('is deleted, and the answer is a number', async () => {
    ingress.billing.addUser('ada');
    const response = await ingress.post('/user/delete', { user_ids: ['ada'] });
    expect([response.status, await response.text()]).toEqual([200, '1']);
    expect(await errorOf(await ingress.get('/user/info?user_id=ada'))).toMatchObject({
      status: 404,
      message: 'User ada not found',
    });
    expect(await statusOf('/user/delete', { user_ids: ['ada'] })).toBe(404);
  });

  it('is listed by role, id, e-mail and team', async () => {
    ingress.billing.addUser('ada', { user_role: 'proxy_admin', user_email: 'ada@x.org' });
    ingress.billing.addUser('bob', { user_role: 'internal_user' });
    ingress.billing.join('team', 'red', 'bob', 'user');
    const ids = async (query: string): Promise<unknown> =>
      ((await get(`/user/list?${query}`))['users'] as Fields[]).map((user) => user['user_id']);
    expect(await ids('')).toEqual(['ada', 'bob']);
    expect(await ids('role=proxy_admin')).toEqual(['ada']);
    expect(await ids('user_ids=bob,ghost')).toEqual(['bob']);
    expect(await ids('user_email=ADA@')).toEqual(['ada']);
    expect(await ids('team=red')).toEqual(['bob']);
    expect(await get('/user/list?page=2&page_size=1')).toMatchObject({ total: 2, total_pages: 2, page: 2 });
    expect((await ingress.get('/user/list?rolle=x')).status).toBe(400);
    expect(await get('/user/available_roles')).toHaveProperty('internal_user');
  });

  it.each([
    [{ user_role: 'king' }, 'user_role'],
    [{ user_email: 'nobody' }, 'user_email'],
    [{ max_bugdet: 1 }, 'max_bugdet'],
    [{ object_permission: { mcp_servers: ['a'] } }, 'object_permission'],
  ])('with %j is refused by name', async (body, param) => {
    expect(await errorOf(await ingress.post('/user/new', body))).toMatchObject({ status: 400, param });
  });
});

describe('who may do what to a user', () => {
  let ada: Headers;
  beforeEach(() => {
    ada = ingress.billing.addUser('ada', { user_role: 'internal_user' });
    ingress.billing.addUser('bob', { user_role: 'internal_user' });
  });

  it('a user names itself, and gives itself nothing', async () => {
    expect(await statusOf('/user/update', { user_id: 'ada', user_alias: 'Ada' }, ada)).toBe(200);
    for (const more of [
      { user_role: 'proxy_admin' },
      { max_budget: 100 },
      { models: [] },
      { blocked: false },
    ])
      expect(await statusOf('/user/update', { user_id: 'ada', ...more }, ada)).toBe(403);
    expect(await statusOf('/user/update', { user_id: 'bob', user_alias: 'B' }, ada)).toBe(403);
    expect(await statusOf('/user/new', {}, ada)).toBe(403);
    expect(await statusOf('/user/delete', { user_ids: ['bob'] }, ada)).toBe(403);
    expect(await statusOf('/user/bulk_update', { all_users: true, user_updates: {} }, ada)).toBe(403);
  });

  it('a user sees itself, and no other', async () => {
    expect(await get('/user/info', ada)).toMatchObject({ user_id: 'ada' });
    expect(await errorOf(await ingress.get('/user/info?user_id=bob', ada))).toMatchObject({ status: 403 });
    expect((await ingress.get('/user/list', ada)).status).toBe(401);
    ingress.billing.join('team', 'red', 'ada', 'admin');
    ingress.billing.join('team', 'red', 'bob', 'user');
    expect((await ingress.get('/user/info?user_id=bob', ada)).status).toBe(200);
  });

  it("an organization's admin gives its users no more than the organization has", async () => {
    const budgets = [{ window: '1mo', maxNanos: 5_000_000_000, softNanos: null }];
    ingress.billing.add('organization', 'acme', { models: ['a'], limits: { ...NO_LIMITS, budgets } });
    ingress.billing.join('organization', 'acme', 'ada', 'org_admin');
    const make = (fields: Fields): Promise<number> =>
      statusOf('/user/new', { organizations: ['acme'], ...fields }, ada);
    const within = { models: ['a'], max_budget: 5, budget_duration: '1mo' };
    expect(await make(within)).toBe(200);
    for (const more of [{ models: [] }, { models: ['b'] }, { max_budget: 6 }, { max_budget: null }])
      expect(await make({ ...within, ...more })).toBe(403);
    expect(await make({ ...within, budget_duration: '1h' })).toBe(403);
    ingress.billing.join('organization', 'acme', 'bob', 'internal_user');
    expect(await statusOf('/user/update', { user_id: 'bob', user_alias: 'B' }, ada)).toBe(403);
    expect(await statusOf('/user/update', { user_id: 'bob', ...within }, ada)).toBe(200);
  });

  it('a user that was only added to a team makes no keys', async () => {
    ingress.billing.add('team', 'red');
    ingress.billing.join('team', 'red', 'ada', 'admin');
    const member = { role: 'user', user_email: 'sock@x.org' };
    const { updated_users: users } = await post('/team/member_add', { team_id: 'red', member }, ada);
    const [{ user_id: sock }] = users as [Fields];
    const { key } = await post('/key/generate', { team_id: 'red', user_id: sock }, ada);
    expect(await statusOf('/key/generate', {}, { authorization: `Bearer ${String(key)}` })).toBe(403);
    ingress.billing.add('user', 'nameless');
    const { key: other } = await post('/key/generate', { user_id: 'nameless' });
    expect(await statusOf('/key/generate', {}, { authorization: `Bearer ${String(other)}` })).toBe(403);
  });

  it("an organization's admin has the users that are in nothing else, and makes no admins", async () => {
    ingress.billing.join('organization', 'acme', 'ada', 'org_admin');
    ingress.billing.join('organization', 'acme', 'bob', 'internal_user');
    expect(await statusOf('/user/new', { user_id: 'eve', organizations: ['acme'] }, ada)).toBe(200);
    expect(await statusOf('/user/new', { organizations: ['acme'], user_role: 'proxy_admin' }, ada)).toBe(403);
    expect(await statusOf('/user/new', { organizations: ['acme', 'other'] }, ada)).toBe(403);
    expect(await statusOf('/user/update', { user_id: 'bob', max_budget: 1 }, ada)).toBe(200);
    expect(await statusOf('/user/update', { user_id: 'bob', user_role: 'proxy_admin' }, ada)).toBe(403);
    expect(await statusOf('/user/update', { user_id: 'ada', max_budget: 1 }, ada)).toBe(403);
    ingress.billing.add('team', 'foreign');
    expect(await statusOf('/user/new', { organizations: ['acme'], teams: ['foreign'] }, ada)).toBe(403);
    ingress.billing.addUser('root', { user_role: 'proxy_admin' });
    ingress.billing.join('organization', 'acme', 'root', 'internal_user');
    expect(await statusOf('/user/delete', { user_ids: ['root'] }, ada)).toBe(403);
    ingress.billing.join('organization', 'other', 'bob', 'internal_user');
    expect(await statusOf('/user/update', { user_id: 'bob', max_budget: 1 }, ada)).toBe(403);
    expect(await statusOf('/user/delete', { user_ids: ['bob'] }, ada)).toBe(403);
    expect(await statusOf('/user/delete', { user_ids: ['eve'] }, ada)).toBe(200);
  });
});
