import { listAudit, verifyAudit, type AuditRecord } from '@tollgate/contracts';
import { errorOf } from '../../_harness.js';
import { startAdmin, type AdminStage } from '../_admin-stage.js';

let ingress: AdminStage;
beforeEach(async () => {
  ingress = await startAdmin();
});
afterEach(() => ingress.close());

type Fields = Record<string, unknown>;
type Headers = Record<string, string>;

async function send(method: string, path: string, body: object, as: Headers = {}): Promise<Response> {
  const { authorization } = { authorization: `Bearer sk-master-0123456789abcdef`, ...as };
  const headers = { authorization, 'content-type': 'application/json' };
  return fetch(`${ingress.url}${path}`, { method, headers, body: JSON.stringify(body) });
}
const answer = async (method: string, path: string, body: object, as?: Headers): Promise<Fields> =>
  (await (await send(method, path, body, as)).json()) as Fields;
const post = (path: string, body: object, as?: Headers): Promise<Fields> => answer('POST', path, body, as);
const get = async (path: string, as?: Headers): Promise<Fields> =>
  (await (await ingress.get(path, as)).json()) as Fields;
const statusOf = async (method: string, path: string, body: object, as?: Headers): Promise<number> =>
  (await send(method, path, body, as)).status;

describe('organizations', () => {
  it('are made, changed, told of and deleted', async () => {
    const made = await post('/organization/new', {
      organization_id: 'acme',
      organization_alias: 'Acme',
      max_budget: 9,
    });
    expect(made).toMatchObject({ organization_id: 'acme', litellm_budget_table: { max_budget: 9 } });
    const changed = await answer('PATCH', '/organization/update', { organization_id: 'acme', models: ['a'] });
    expect(changed).toMatchObject({ models: ['a'], max_budget: 9 });
    const member = { role: 'org_admin', user_id: 'ada' };
    await post('/organization/member_add', { organization_id: 'acme', member });
    expect(await get('/organization/info?organization_id=acme')).toMatchObject({
      members: [{ user_id: 'ada', user_role: 'org_admin' }],
      teams: [],
    });
    const change = { organization_id: 'acme', user_id: 'ada', role: 'internal_user' };
    expect(await answer('PATCH', '/organization/member_update', change)).toMatchObject({
      user_role: 'internal_user',
    });
    expect(
      await statusOf('DELETE', '/organization/member_delete', { organization_id: 'acme', user_id: 'ada' }),
    ).toBe(200);
    expect(await answer('DELETE', '/organization/delete', { organization_ids: ['acme'] })).toMatchObject([
      { organization_id: 'acme' },
    ]);
    expect((await ingress.get('/organization/info?organization_id=acme')).status).toBe(404);
  });

  it('are for their admins, limits aside', async () => {
    ingress.billing.add('organization', 'acme');
    ingress.billing.add('organization', 'other');
    const ada = ingress.billing.addUser('ada', { user_role: 'org_admin' });
    ingress.billing.join('organization', 'acme', 'ada', 'org_admin');
    const update = (fields: Fields) => statusOf('PATCH', '/organization/update', fields, ada);
    expect(await update({ organization_id: 'acme', organization_alias: 'A' })).toBe(200);
    expect(await update({ organization_id: 'acme', max_budget: 1 })).toBe(403);
    expect(await update({ organization_id: 'other', organization_alias: 'A' })).toBe(403);
    expect(await statusOf('POST', '/organization/new', {}, ada)).toBe(401);
    expect(await statusOf('DELETE', '/organization/delete', { organization_ids: ['acme'] }, ada)).toBe(401);
    expect(await get('/organization/list', ada)).toMatchObject([{ organization_id: 'acme' }]);
    expect((await ingress.get('/organization/info?organization_id=other', ada)).status).toBe(403);
    ingress.billing.addUser('loner');
    const loner = { organization_id: 'acme', member: { role: 'internal_user', user_id: 'loner' } };
    expect(await statusOf('POST', '/organization/member_add', loner, ada)).toBe(403);
    ingress.billing.add('team', 'red', { organizationId: 'acme' });
    ingress.billing.join('team', 'red', 'loner', 'user');
    expect(await statusOf('POST', '/organization/member_add', loner, ada)).toBe(200);
    const member = { role: 'internal_user', user_id: 'bob' };
    expect(await statusOf('POST', '/organization/member_add', { organization_id: 'acme', member }, ada)).toBe(
      200,
    );
    expect(
      await statusOf('POST', '/organization/member_add', { organization_id: 'other', member }, ada),
    ).toBe(403);
  });
});

describe('projects', () => {
  it("are for the team's admins, within what the team has", async () => {
    ingress.billing.add('team', 'red', { models: ['a'] });
    const ada = ingress.billing.addUser('ada');
    const project = { project_id: 'p', project_alias: 'P', team_id: 'red' };
    expect(await statusOf('POST', '/project/new', project, ada)).toBe(403);
    ingress.billing.join('team', 'red', 'ada', 'admin');
    expect(await statusOf('POST', '/project/new', { ...project, models: ['b'] }, ada)).toBe(403);
    expect(await post('/project/new', { ...project, models: ['a'] }, ada)).toMatchObject(project);
    expect(await post('/project/update', { project_id: 'p', max_budget: 3 }, ada)).toMatchObject({
      max_budget: 3,
    });
    expect(await get('/project/list', ada)).toMatchObject([{ project_id: 'p' }]);
    expect(await get('/project/info?project_id=p', ada)).toMatchObject({ project_alias: 'P' });
    expect(
      await statusOf('DELETE', '/project/delete', { project_ids: ['p'] }, ingress.billing.addUser('bob')),
    ).toBe(403);
    expect(await statusOf('DELETE', '/project/delete', { project_ids: ['p'] }, ada)).toBe(200);
    expect(await errorOf(await send('POST', '/project/new', {}))).toMatchObject({
      status: 400,
      param: 'team_id',
    });
  });
});

describe('budgets', () => {
  it('are tiers', async () => {
    const made = await post('/budget/new', {
      budget_id: 'gold',
      max_budget: 10,
      budget_duration: '7d',
      rpm_limit: 5,
    });
    expect(made).toMatchObject({ budget_id: 'gold', max_budget: 10, rpm_limit: 5, budget_duration: '7d' });
    expect(new Date(made['budget_reset_at'] as string).getUTCDay()).toBe(1);
    expect(await post('/budget/update', { budget_id: 'gold', soft_budget: 8 })).toMatchObject({
      soft_budget: 8,
      max_budget: 10,
    });
    expect(await post('/budget/info', { budgets: ['gold', 'tin'] })).toMatchObject([{ budget_id: 'gold' }]);
    expect(await get('/budget/list')).toHaveLength(1);
    const settings = (await get('/budget/settings?budget_id=gold')) as unknown as Fields[];
    expect(settings.find((field) => field['field_name'] === 'max_budget')).toMatchObject({ field_value: 10 });
    expect(await statusOf('POST', '/budget/delete', { id: 'gold' })).toBe(200);
    expect(await statusOf('POST', '/budget/update', { budget_id: 'gold' })).toBe(404);
  });
});

describe('customers', () => {
  it.each(['customer', 'end_user'])('are kept at /%s', async (path) => {
    const made = await post(`/${path}/new`, {
      user_id: 'shop',
      alias: 'Shop',
      max_budget: 2,
      default_model: 'a',
    });
    expect(made).toMatchObject({
      user_id: 'shop',
      alias: 'Shop',
      default_model: 'a',
      litellm_budget_table: { max_budget: 2 },
    });
    expect(await errorOf(await send('POST', `/${path}/new`, { user_id: 'shop' }))).toMatchObject({
      status: 400,
      message: 'Customer already exists, passed user_id=shop. Please pass a new user_id.',
    });
    expect(
      await statusOf('POST', `/${path}/update`, { user_id: 'shop', max_budget: 1, budget_id: 'x' }),
    ).toBe(400);
    expect(await post(`/${path}/block`, { user_ids: ['shop', 'stranger'] })).toMatchObject({
      blocked_users: [
        { user_id: 'shop', blocked: true },
        { user_id: 'stranger', blocked: true },
      ],
    });
    await post(`/${path}/unblock`, { user_ids: ['shop'] });
    expect(await get(`/${path}/info?end_user_id=shop`)).toMatchObject({ blocked: false });
    expect(await get(`/${path}/list`)).toHaveLength(2);
    expect(await post(`/${path}/delete`, { user_ids: ['shop'] })).toMatchObject({ deleted_customers: 1 });
    expect((await ingress.get(`/${path}/info?end_user_id=shop`)).status).toBe(404);
  });
});

describe('tags', () => {
  it('are kept by name', async () => {
    expect(
      await post('/tag/new', { name: 't', description: 'd', models: ['a'], max_budget: 1 }),
    ).toMatchObject({
      message: 'Tag t created successfully',
      tag: { name: 't', description: 'd', models: ['a'], max_budget: 1 },
    });
    expect(await statusOf('POST', '/tag/new', { name: 't' })).toBe(400);
    for (const [name, fault] of [
      ['x'.repeat(257), 'is longer than 256 characters'],
      ['', 'is required'],
      [undefined, 'is required'],
      [7, 'must be a text'],
    ])
      expect(await errorOf(await ingress.post('/tag/new', { name }))).toMatchObject({
        status: 400,
        message: `'name' ${String(fault)}`,
      });
    expect(await post('/tag/update', { name: 't', rpm_limit: 3 })).toMatchObject({
      tag: { rpm_limit: 3, max_budget: 1 },
    });
    expect(await post('/tag/info', { names: ['t', 'u'] })).toMatchObject({ t: { name: 't' } });
    expect(await get('/tag/list')).toHaveLength(1);
    expect(await post('/tag/delete', { name: 't' })).toMatchObject({ message: 'Tag t deleted successfully' });
    expect(await statusOf('POST', '/tag/info', { names: ['t'] })).toBe(404);
  });
});

describe('access groups', () => {
  it('are sets of models, by old and new routes', async () => {
    const made = await post('/access_group/new', { access_group: 'g', model_names: ['chat-default'] });
    expect(made).toEqual({ access_group: 'g', model_names: ['chat-default'], models_updated: 1 });
    await answer('PUT', '/access_group/g/update', { model_names: ['a', 'b'] });
    expect(await get('/access_group/g/info')).toMatchObject({ model_names: ['a', 'b'], deployment_count: 0 });
    expect(await get('/v1/access_group/g')).toMatchObject({
      access_group_name: 'g',
      access_model_names: ['a', 'b'],
    });
    expect(
      await statusOf('POST', '/v1/access_group', { access_group_name: 'h', access_model_names: [] }),
    ).toBe(201);
    expect(await get('/access_group/list')).toMatchObject({
      access_groups: [{ access_group: 'g' }, { access_group: 'h' }],
    });
    expect(await statusOf('DELETE', '/v1/access_group/h', {})).toBe(204);
    expect(await statusOf('DELETE', '/access_group/g/delete', {})).toBe(200);
    expect((await ingress.get('/access_group/g/info')).status).toBe(404);
  });
});

describe('the audit log', () => {
  const record = (sequence: number): AuditRecord => ({
    sequence,
    at: Date.UTC(2026, 0, sequence),
    actor: { keyHash: 'h', userId: 'ada', role: 'proxy_admin' },
    action: 'updated',
    object: 'team',
    objectId: 'red',
    before: { a: 1 },
    after: { a: 2 },
    previousHash: 'p',
    hash: 'q',
  });

  beforeEach(() => {
    ingress.bus.reply(listAudit, ({ before = 31, limit }) => {
      const records = Array.from({ length: 30 }, (_, index) => record(30 - index));
      return { records: records.filter(({ sequence }) => sequence < before).slice(0, limit), total: 30 };
    });
  });

  it('is told newest first, page by page', async () => {
    const first = await get('/audit?page_size=25&table_name=LiteLLM_TeamTable&start_date=2026-01-01');
    expect(first).toMatchObject({ total: 30, page_size: 25, total_pages: 2, next_cursor: '6' });
    expect((first['audit_logs'] as Fields[])[0]).toMatchObject({
      ...{
        id: '30',
        changed_by: 'ada',
        action: 'updated',
        table_name: 'LiteLLM_TeamTable',
        object_id: 'red',
      },
      ...{ before_value: { a: 1 }, updated_values: { a: 2 }, hash: 'q' },
    });
    const last = await get('/audit?page_size=25&cursor=6');
    expect(last['audit_logs']).toHaveLength(5);
    expect(last['next_cursor']).toBeNull();
    expect(ingress.bus.asked[0]?.payload).toMatchObject({
      object: 'team',
      from: Date.UTC(2026, 0, 1),
      limit: 20,
    });
    expect(await get('/audit/7')).toMatchObject({ id: '7' });
    expect((await ingress.get('/audit/99')).status).toBe(404);
    expect((await ingress.get('/audit?page=2')).status).toBe(400);
  });

  it('is checked in steps', async () => {
    ingress.bus.reply(verifyAudit, ({ after }) => ({
      checked: 5,
      brokenAt: after === 5 ? 7 : null,
      next: 5,
    }));
    expect(await get('/audit/verify')).toEqual({ intact: true, checked: 5, broken_at: null, next: 5 });
    expect(await get('/audit/verify?after=5')).toMatchObject({ intact: false, broken_at: 7 });
  });
});

it.each([
  ['POST', '/budget/new'],
  ['POST', '/customer/new'],
  ['POST', '/tag/new'],
  ['POST', '/access_group/new'],
  ['POST', '/tag/delete'],
  ['GET', '/budget/list'],
  ['GET', '/customer/list'],
  ['GET', '/tag/list'],
  ['GET', '/access_group/list'],
  ['GET', '/audit'],
  ['GET', '/audit/verify'],
])('%s %s is not for internal users, and only to look at for viewers of all', async (method, path) => {
  const call = (as: Headers): Promise<Response> =>
    method === 'GET' ? ingress.get(path, as) : ingress.post(path, {}, as);
  expect((await call(ingress.billing.addUser('ada', { user_role: 'internal_user' }))).status).toBe(401);
  ingress.bus.reply(listAudit, () => ({ records: [], total: 0 }));
  ingress.bus.reply(verifyAudit, () => ({ checked: 0, brokenAt: null, next: null }));
  const viewer = ingress.billing.addUser('eve', { user_role: 'proxy_admin_viewer' });
  expect((await call(viewer)).status).toBe(method === 'GET' ? 200 : 403);
});
