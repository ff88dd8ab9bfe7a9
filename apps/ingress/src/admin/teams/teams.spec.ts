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

describe('a team', () => {
  it('is made with its maker as its first admin, changed, and told of', async () => {
    const made = await post('/team/new', {
      team_id: 'red',
      team_alias: 'Red',
      models: ['a'],
      max_budget: 5,
      budget_duration: '1mo',
      team_member_budget: 1,
      metadata: { cost_centre: 7 },
      members_with_roles: [{ role: 'user', user_id: 'ada' }],
      guardrails: ['pii'],
    });
    expect(made).toMatchObject({
      ...{
        team_id: 'red',
        team_alias: 'Red',
        models: ['a'],
        max_budget: 5,
        budget_duration: '1mo',
        blocked: false,
      },
      ...{ spend: 0, admins: [], members: [], team_member_budget: 1, guardrails: ['pii'] },
      metadata: { cost_centre: 7, guardrails: ['pii'] },
      members_with_roles: [
        { user_id: 'ada', role: 'user' },
        { user_id: 'default_user_id', role: 'admin' },
      ],
    });
    expect(ingress.billing.entry('team', 'red')?.memberLimits?.budgets).toEqual([
      { window: null, maxNanos: 1_000_000_000, softNanos: null },
    ]);
    const changed = await post('/team/update', { team_id: 'red', max_budget: null, team_alias: 'Crimson' });
    expect(changed).toMatchObject({
      team_id: 'red',
      data: { team_alias: 'Crimson', max_budget: null, budget_duration: '1mo' },
    });
    ingress.billing.addUser('ada', { user_email: 'ada@x.org' }, { alias: 'Ada' });
    expect(await get('/team/info?team_id=red')).toMatchObject({
      team_id: 'red',
      team_info: { members_with_roles: [{ user_email: 'ada@x.org', user_alias: 'Ada' }, {}] },
      keys: [],
      team_memberships: [{ user_id: 'ada', litellm_budget_table: { max_budget: null } }, {}],
    });
  });

  it('is blocked, gets and loses models, and is deleted', async () => {
    await post('/team/new', { team_id: 'red', models: ['a'] });
    expect(await post('/team/block', { team_id: 'red' })).toMatchObject({ blocked: true });
    expect(await post('/team/unblock', { team_id: 'red' })).toMatchObject({ blocked: false });
    expect(await post('/team/model/add', { team_id: 'red', models: ['b'] })).toMatchObject({
      models: ['a', 'b'],
    });
    expect(await post('/team/model/delete', { team_id: 'red', models: ['a'] })).toMatchObject({
      models: ['b'],
    });
    expect(await statusOf('/team/model/delete', { team_id: 'red', models: ['b'] })).toBe(400);
    expect(await post('/team/red/reset_spend', { reset_to: 1 })).toMatchObject({
      spend: 1,
      previous_spend: 5,
    });
    expect(await statusOf('/team/delete', { team_ids: ['red'] })).toBe(200);
    expect(await errorOf(await ingress.get('/team/info?team_id=red'))).toMatchObject({
      status: 404,
      message: 'Team not found, passed team_id=red',
    });
  });

  it.each([
    [{ team_alais: 'x' }, 'team_alais'],
    [{ guardrails: 'pii' }, 'guardrails'],
    [{ team_member_permissions: ['/team/new'] }, 'team_member_permissions.0'],
    [{ members_with_roles: [{ role: 'owner', user_id: 'a' }] }, 'members_with_roles.0.role'],
    [{ members_with_roles: [{ role: 'user' }] }, 'members_with_roles.0'],
    [{ team_member_key_duration: 'soon' }, 'team_member_key_duration'],
    [{ team_id: '' }, 'team_id'],
  ])('with %j is refused by name', async (body, param) => {
    expect(await errorOf(await ingress.post('/team/new', body))).toMatchObject({ status: 400, param });
  });

  it('is listed whole or by the page', async () => {
    for (const id of ['a', 'b', 'c']) await post('/team/new', { team_id: id });
    expect((await get('/team/list')) as unknown as Fields[]).toHaveLength(3);
    expect(await get('/v2/team/list?page=2&page_size=2')).toMatchObject({
      ...{ teams: [{ team_id: 'c' }], total: 3, page: 2, page_size: 2, total_pages: 2 },
    });
    expect((await ingress.get('/v2/team/list?page_size=101')).status).toBe(400);
  });
});

describe('members of a team', () => {
  beforeEach(async () => {
    await post('/team/new', { team_id: 'red' });
  });

  it('are added by id or e-mail, with what they may spend', async () => {
    ingress.billing.addUser('ada', { user_email: 'Ada@x.org' });
    const member = [
      { role: 'user', user_email: 'ada@X.org' },
      { role: 'admin', user_email: 'new@x.org' },
    ];
    const added = await post('/team/member_add', {
      team_id: 'red',
      member,
      max_budget_in_team: 2,
      rpm_limit: 3,
    });
    expect(added).toMatchObject({
      team_id: 'red',
      updated_users: [{ user_id: 'ada' }, { user_email: 'new@x.org' }],
      updated_team_memberships: [
        { user_id: 'ada', litellm_budget_table: { max_budget: 2, rpm_limit: 3 } },
        {},
      ],
    });
    expect(
      await statusOf('/team/member_add', { team_id: 'red', member: { role: 'user', user_id: 'ada' } }),
    ).toBe(400);
  });

  it('are changed and removed', async () => {
    await post('/team/member_add', {
      team_id: 'red',
      member: { role: 'user', user_id: 'ada' },
      tpm_limit: 9,
    });
    const change = { team_id: 'red', user_id: 'ada', max_budget_in_team: 4, role: 'admin' };
    expect(await post('/team/member_update', change)).toMatchObject({
      ...{ user_id: 'ada', max_budget_in_team: 4, role: 'admin', tpm_limit: 9 },
    });
    expect(ingress.billing.members.find(({ userId }) => userId === 'ada')).toMatchObject({ role: 'admin' });
    expect(await statusOf('/team/member_delete', { team_id: 'red', user_id: 'ada' })).toBe(200);
    expect(
      await errorOf(await ingress.post('/team/member_delete', { team_id: 'red', user_id: 'ada' })),
    ).toMatchObject({
      status: 400,
      param: 'user_id',
    });
  });

  it('are added all at once', async () => {
    ingress.billing.addUser('ada');
    ingress.billing.addUser('bob');
    const added = await post('/team/bulk_member_add', { team_id: 'red', all_users: true });
    expect(added).toMatchObject({ successful_additions: 2, total_requested: 2 });
    expect(await statusOf('/team/bulk_member_add', { team_id: 'red' })).toBe(400);
  });

  it('have permissions', async () => {
    expect(await get('/team/permissions_list?team_id=red')).toMatchObject({
      team_member_permissions: ['/key/info', '/key/health'],
    });
    const team_member_permissions = ['/key/generate', '/key/update'];
    await post('/team/permissions_update', { team_id: 'red', team_member_permissions });
    expect(await get('/team/permissions_list?team_id=red')).toMatchObject({ team_member_permissions });
  });
});

describe('who may do what to a team', () => {
  let ada: Headers;
  beforeEach(() => {
    ada = ingress.billing.addUser('ada', { user_role: 'internal_user' });
    ingress.billing.add('team', 'red');
    ingress.billing.add('team', 'blue');
  });

  it('nobody makes one but proxy admins and admins of its organization', async () => {
    const limits = { ...NO_LIMITS, budgets: [{ window: null, maxNanos: 5_000_000_000, softNanos: null }] };
    ingress.billing.add('organization', 'acme', { models: ['a'], limits });
    expect(await statusOf('/team/new', {}, ada)).toBe(403);
    expect(await statusOf('/team/new', { organization_id: 'acme' }, ada)).toBe(403);
    ingress.billing.join('organization', 'acme', 'ada', 'org_admin');
    expect(await statusOf('/team/new', {}, ada)).toBe(403);
    expect(await statusOf('/team/new', { organization_id: 'acme', models: ['b'] }, ada)).toBe(403);
    expect(await statusOf('/team/new', { organization_id: 'acme', max_budget: 6 }, ada)).toBe(403);
    expect(await statusOf('/team/new', { organization_id: 'acme', models: ['a'], max_budget: 5 }, ada)).toBe(
      200,
    );
  });

  it('an admin of the team has its members, and not its limits', async () => {
    ingress.billing.join('team', 'red', 'ada', 'admin');
    const member = { role: 'user', user_id: 'bob' };
    expect(await statusOf('/team/member_add', { team_id: 'red', member }, ada)).toBe(200);
    expect(await statusOf('/team/update', { team_id: 'red', team_alias: 'R' }, ada)).toBe(200);
    for (const [field, value] of Object.entries({
      max_budget: 1,
      models: ['x'],
      blocked: false,
      organization_id: null,
    }))
      expect(
        await errorOf(await ingress.post('/team/update', { team_id: 'red', [field]: value }, ada)),
      ).toMatchObject({ status: 403, param: field });
    for (const path of ['/team/block', '/team/model/add', '/team/model/delete'])
      expect(await statusOf(path, { team_id: 'red', models: [] }, ada)).toBe(403);
    expect(await statusOf('/team/red/reset_spend', { reset_to: 0 }, ada)).toBe(403);
    expect(await statusOf('/team/delete', { team_ids: ['red'] }, ada)).toBe(403);
    expect(await statusOf('/team/member_add', { team_id: 'blue', member }, ada)).toBe(403);
  });

  it('a member sees its team and changes nothing', async () => {
    ingress.billing.join('team', 'red', 'ada', 'user');
    expect((await ingress.get('/team/info?team_id=red', ada)).status).toBe(200);
    expect((await ingress.get('/team/info?team_id=blue', ada)).status).toBe(403);
    expect(await get('/team/list', ada)).toMatchObject([{ team_id: 'red' }]);
    expect((await ingress.get('/team/list?user_id=bob', ada)).status).toBe(403);
    expect((await ingress.get('/team/list?organization_id=acme', ada)).status).toBe(200);
    for (const path of ['/team/update', '/team/permissions_update', '/team/member_delete'])
      expect(await statusOf(path, { team_id: 'red', user_id: 'ada' }, ada)).toBe(403);
  });
});
