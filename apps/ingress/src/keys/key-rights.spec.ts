import { errorOf } from '../_harness.js';
import { startAdmin, type AdminStage } from '../admin/_admin-stage.js';
import { NO_LIMITS } from '@tollgate/contracts';

let ingress: AdminStage;
beforeEach(async () => {
  ingress = await startAdmin();
});
afterEach(() => ingress.close());

type Fields = Record<string, unknown>;
type Headers = Record<string, string>;
const TEXT = 'sk-of-nobody-0123456789abcdef';

const statusOf = async (path: string, body: object, as?: Headers): Promise<number> =>
  (await ingress.post(path, body, as)).status;
const post = async (path: string, body: object, as?: Headers): Promise<Fields> =>
  (await (await ingress.post(path, body, as)).json()) as Fields;

describe('an internal user', () => {
  let ada: Headers;
  beforeEach(() => {
    ada = ingress.billing.addUser('ada', { user_role: 'internal_user' });
  });

  it('makes keys for itself and for nobody else', async () => {
    expect(await post('/key/generate', {}, ada)).toMatchObject({ user_id: 'ada', created_by: 'ada' });
    const error = await errorOf(await ingress.post('/key/generate', { user_id: 'bob' }, ada));
    expect(error).toMatchObject({
      status: 403,
      message: 'User can only create keys for themselves. Got user_id=bob, Your ID=ada',
    });
    expect(await statusOf('/key/generate', { team_id: 'nowhere' }, ada)).toBe(400);
  });

  it('gives its keys no more than it has itself', async () => {
    const budgets = [{ window: '30d', maxNanos: 10_000_000_000, softNanos: null }];
    const limits = { ...NO_LIMITS, requestsPerMinute: 10, budgets };
    const settings = { user_role: 'internal_user' };
    ingress.billing.add('user', 'ada', { models: ['openai/*'], limits, settings });
    for (const [body, param] of [
      [{ models: ['claude'] }, 'models'],
      [{ models: ['all-proxy-models'] }, 'models'],
      [{ max_budget: 10.01 }, 'max_budget'],
      [{ budget_limits: [{ max_budget: 11, budget_duration: '1d' }] }, 'max_budget'],
      [{ max_budget: 9, temp_budget_increase: 2, temp_budget_expiry: '1d' }, 'max_budget'],
      [{ rpm_limit: 11 }, 'rpm_limit'],
      [{ on_stream_overrun: 'finish' }, 'on_stream_overrun'],
      [{ on_state_down: 'allow' }, 'on_state_down'],
      [{ metadata: { priority: 'prod' } }, 'metadata.priority'],
      [{ organization_id: 'acme' }, 'organization_id'],
    ] as const) {
      const error = await errorOf(await ingress.post('/key/generate', body, ada));
      expect({ body, ...error }).toMatchObject({ status: 403, param });
    }
    const fine = { models: ['openai/gpt-4o'], max_budget: 10, rpm_limit: 10 };
    expect(await statusOf('/key/generate', fine, ada)).toBe(200);
  });

  it('changes keys that it made, and not the limits that others set', async () => {
    const mine = (await post('/key/generate', { max_budget: 1 }, ada))['key'] as string;
    expect(await statusOf('/key/update', { key: mine, max_budget: 2 }, ada)).toBe(200);
    expect(await statusOf('/key/update', { key: mine, max_budget: 1 })).toBe(200);
    expect(await errorOf(await ingress.post('/key/update', { key: mine, max_budget: 2 }, ada))).toMatchObject(
      {
        status: 403,
        param: 'max_budget',
      },
    );
    expect(await statusOf('/key/update', { key: mine, metadata: { note: 'mine' } }, ada)).toBe(200);
    for (const metadata of [{ allowed_model_region: 'eu' }, { tags: ['other'] }])
      expect(await statusOf('/key/update', { key: mine, metadata }, ada)).toBe(403);
    expect(await statusOf('/key/unblock', { key: mine }, ada)).toBe(403);
    // The field that is named is the one that would change.
    for (const body of [
      { tpm_limit: 9 },
      { model_rpm_limit: { a: 1 } },
      { budget_exceeded_status: 429 },
      { on_stream_overrun: 'cut' },
    ]) {
      const error = await errorOf(await ingress.post('/key/update', { key: mine, ...body }, ada));
      expect(error).toMatchObject({ status: 403, param: Object.keys(body)[0] });
    }
    expect(await statusOf('/key/update', { key: mine, max_budget: 1, on_stream_overrun: null }, ada)).toBe(
      200,
    );
    expect(await statusOf('/key/update', { key: mine, spend: 0 }, ada)).toBe(403);
    expect(await statusOf(`/key/${mine}/reset_spend`, { reset_to: 0 }, ada)).toBe(403);
    expect(await statusOf('/key/regenerate', { key: mine }, ada)).toBe(200);
  });

  it('does not change the limits of the key it calls with', async () => {
    const own = 'sk-of-ada-0123456789abcdef';
    expect(await statusOf('/key/update', { key: own, models: [] }, ada)).toBe(403);
    expect(await statusOf('/key/update', { key: own, key_alias: 'laptop' }, ada)).toBe(200);
  });

  it('has no right to keys of others, nor to anything else', async () => {
    ingress.billing.addKey(TEXT, { userId: 'bob' });
    for (const path of ['/key/update', '/key/block', '/key/regenerate'])
      expect(await statusOf(path, { key: TEXT }, ada)).toBe(403);
    expect(await statusOf('/key/delete', { keys: [TEXT] }, ada)).toBe(403);
    expect(ingress.billing.key(TEXT)).toBeDefined();
    expect((await ingress.get(`/key/info?key=${TEXT}`, ada)).status).toBe(403);
    expect((await ingress.get('/key/info?key=sk-unknown', ada)).status).toBe(403);
    expect((await ingress.get('/key/info', ada)).status).toBe(200);
  });

  it('lists its own keys', async () => {
    ingress.billing.addKey(TEXT, { userId: 'bob' });
    const listed = (await (await ingress.get('/key/list', ada)).json()) as Fields;
    expect(listed).toMatchObject({ total_count: 1, current_page: 1, total_pages: 1 });
    expect((await ingress.get('/key/list?user_id=bob', ada)).status).toBe(403);
    expect((await ingress.get('/key/list?organization_id=acme', ada)).status).toBe(403);
    expect((await (await ingress.get('/key/list')).json()) as Fields).toMatchObject({ total_count: 2 });
  });
});

describe('in a team', () => {
  let ada: Headers;
  beforeEach(() => {
    ada = ingress.billing.addUser('ada', { user_role: 'internal_user' });
    ingress.billing.add('team', 'red', { models: ['cheap'] });
  });

  it('a member does what the team permits', async () => {
    ingress.billing.join('team', 'red', 'ada', 'user');
    const error = await errorOf(await ingress.post('/key/generate', { team_id: 'red' }, ada));
    expect(error).toMatchObject({
      status: 401,
      type: 'team_member_permission_error',
      param: '/key/generate',
    });
    expect(error['message']).toMatch(
      /^Team member does not have permissions for endpoint: \/key\/generate\. You only have access to the following endpoints: \['\/key\/info', '\/key\/health'\] for team red\./,
    );
    ingress.billing.add('team', 'red', { settings: { team_member_permissions: ['/key/generate'] } });
    expect(await statusOf('/key/generate', { team_id: 'red' }, ada)).toBe(200);
    expect(await statusOf('/key/generate', { team_id: 'red', user_id: 'bob' }, ada)).toBe(403);
  });

  it("a member's keys live as long as the team says", async () => {
    ingress.billing.join('team', 'red', 'ada', 'admin');
    ingress.billing.add('team', 'red', { settings: { team_member_key_duration: '1h' } });
    const made = await post('/key/generate', { team_id: 'red' }, ada);
    expect(Date.parse(made['expires'] as string) - Date.now()).toBeLessThan(3_600_001);
    expect(await post('/key/generate', { team_id: 'red', duration: null }, ada)).toMatchObject({
      expires: null,
    });
  });

  it('an admin has the keys of the team, within what the team has', async () => {
    ingress.billing.join('team', 'red', 'ada', 'admin');
    ingress.billing.addKey(TEXT, { teamId: 'red', userId: 'bob' });
    expect(await statusOf('/key/update', { key: TEXT, max_budget: 5 }, ada)).toBe(200);
    expect(await statusOf('/key/update', { key: TEXT, models: ['dear'] }, ada)).toBe(403);
    expect(await statusOf('/key/block', { key: TEXT }, ada)).toBe(200);
    expect(await statusOf(`/key/${TEXT}/reset_spend`, { reset_to: 0 }, ada)).toBe(200);
    expect(await statusOf('/key/update', { key: TEXT, team_id: 'blue' }, ada)).toBe(400);
    expect(await statusOf('/key/service-account/generate', { team_id: 'red' }, ada)).toBe(200);
    expect((await (await ingress.get('/key/list?team_id=red', ada)).json()) as Fields).toMatchObject({
      total_count: 2,
    });
  });

  it('an admin gives its keys to members of the team alone', async () => {
    ingress.billing.join('team', 'red', 'ada', 'admin');
    ingress.billing.addUser('bob', { user_role: 'internal_user' });
    ingress.billing.addKey(TEXT, { teamId: 'red' });
    const outside = { status: 400, message: 'User=bob not assigned to team=red', param: 'user_id' };
    const [making, giving] = [
      { team_id: 'red', user_id: 'bob' },
      { key: TEXT, user_id: 'bob' },
    ];
    expect(await errorOf(await ingress.post('/key/generate', making, ada))).toMatchObject(outside);
    expect(await errorOf(await ingress.post('/key/update', giving, ada))).toMatchObject(outside);
    expect(await post('/key/bulk_update', { keys: [giving] }, ada)).toMatchObject({
      failed_updates: [{ failed_reason: outside.message }],
    });
    ingress.billing.join('team', 'red', 'bob', 'user');
    expect(await statusOf('/key/generate', making, ada)).toBe(200);
    expect(await statusOf('/key/update', giving, ada)).toBe(200);
  });

  it.each([
    ['is a proxy admin', 'proxy_admin', null],
    ['sees everything', 'proxy_admin_viewer', null],
    ['is an admin of another team', 'internal_user', 'team'],
    ['is an admin of an organization', 'internal_user', 'organization'],
  ] as const)('an admin gets no key of a member who %s', async (_, role, leads) => {
    ingress.billing.join('team', 'red', 'ada', 'admin');
    ingress.billing.addUser('bob', { user_role: role });
    ingress.billing.join('team', 'red', 'bob', 'user');
    ingress.billing.add('team', 'blue');
    if (leads === 'team') ingress.billing.join('team', 'blue', 'bob', 'admin');
    if (leads === 'organization') ingress.billing.join('organization', 'acme', 'bob', 'org_admin');
    ingress.billing.addKey(TEXT, { teamId: 'red', userId: 'bob' });
    expect(await statusOf('/key/generate', { team_id: 'red', user_id: 'bob' }, ada)).toBe(403);
    expect(await statusOf('/key/regenerate', { key: TEXT }, ada)).toBe(403);
    expect(await statusOf('/key/update', { key: TEXT, max_budget: 1 }, ada)).toBe(200);
    expect(await statusOf('/key/regenerate', { key: TEXT })).toBe(200);
  });

  it("an organization's admin gives its keys to members of the organization alone", async () => {
    ingress.billing.join('organization', 'acme', 'ada', 'org_admin');
    const giving = { organization_id: 'acme', user_id: 'bob' };
    expect(await errorOf(await ingress.post('/key/generate', giving, ada))).toMatchObject({
      status: 400,
      message: 'User=bob not assigned to organization=acme',
    });
    ingress.billing.join('organization', 'acme', 'bob', 'user');
    expect(await statusOf('/key/generate', giving, ada)).toBe(200);
  });

  it("an organization's admin has the keys of its teams", async () => {
    ingress.billing.add('team', 'red', { organizationId: 'acme' });
    ingress.billing.join('organization', 'acme', 'ada', 'org_admin');
    ingress.billing.addKey(TEXT, { teamId: 'red', organizationId: 'acme' });
    expect(await statusOf('/key/block', { key: TEXT }, ada)).toBe(200);
    expect((await ingress.get(`/key/info?key=${TEXT}`, ada)).status).toBe(200);
  });
});

describe('roles', () => {
  it.each([
    ['proxy_admin', 200, 200],
    ['proxy_admin_viewer', 403, 200],
    ['internal_user_viewer', 403, 200],
    ['customer', 401, 200],
    ['team', 401, 200],
  ])('%s gets %i for making a key and %i for its own', async (role, making, looking) => {
    const as = ingress.billing.addUser('eve', { user_role: role });
    expect(await statusOf('/key/generate', {}, as)).toBe(making);
    expect((await ingress.get('/key/info', as)).status).toBe(looking);
  });

  it('sees everything as a viewer of all', async () => {
    ingress.billing.addKey(TEXT, { userId: 'bob' });
    const as = ingress.billing.addUser('eve', { user_role: 'proxy_admin_viewer' });
    expect((await ingress.get(`/key/info?key=${TEXT}`, as)).status).toBe(200);
  });

  it('is none for a key whose user is not known, or is blocked', async () => {
    const stranger = ingress.billing.addKey(TEXT, { userId: 'ghost' });
    expect(await statusOf('/key/generate', {}, stranger)).toBe(401);
    const blocked = ingress.billing.addUser('eve', { user_role: 'proxy_admin' }, { blocked: true });
    expect(await errorOf(await ingress.post('/key/generate', {}, blocked))).toMatchObject({ status: 401 });
  });
});

describe('routes that a key is kept to', () => {
  it.each([
    [{ type: 'llm_api' }, 403, 403, 200],
    [{ type: 'management' }, 200, 200, 200],
    [{ type: 'read_only' }, 403, 200, 200],
    [{ allowedRoutes: ['/v1/models'] }, 403, 403, 200],
    [{ allowedRoutes: ['/v1/*'] }, 403, 403, 200],
    [{ allowedRoutes: ['/key'] }, 200, 200, 403],
    [{ allowedRoutes: ['/key/generate', 'info_routes'] }, 200, 200, 200],
    [{ allowedRoutes: ['llm_api_routes'] }, 403, 403, 200],
  ] as const)('%j: %i, %i, %i', async (changes, making, looking, models) => {
    ingress.billing.add('user', 'ada', { settings: { user_role: 'proxy_admin' } });
    const as = ingress.billing.addKey(TEXT, { userId: 'ada', ...(changes as object) });
    expect(await statusOf('/key/generate', {}, as)).toBe(making);
    expect((await ingress.get('/key/info', as)).status).toBe(looking);
    expect((await ingress.get('/v1/models', as)).status).toBe(models);
  });

  it('are named when another is called', async () => {
    const as = ingress.billing.addKey(TEXT, { allowedRoutes: ['/key/info'] });
    const error = await errorOf(await ingress.post('/v1/chat/completions', {}, as));
    expect(error['message']).toBe(
      "Virtual key is not allowed to call this route. Only allowed to call routes: ['/key/info']. " +
        'Tried to call route: /v1/chat/completions',
    );
  });
});

describe('many keys at once', () => {
  it('each changes or says why not', async () => {
    ingress.billing.addKey(TEXT);
    const keys = [
      { key: TEXT, max_budget: 1 },
      { key: 'sk-unknown-0123456789' },
      { key: TEXT, max_budget: -1 },
    ];
    expect(await post('/key/bulk_update', { keys })).toMatchObject({
      total_requested: 3,
      successful_updates: [{ key_info: { max_budget: 1 } }],
      failed_updates: [
        { failed_reason: 'Key not found in database' },
        { failed_reason: "'max_budget' must not be negative" },
      ],
    });
  });

  it('are told at once', async () => {
    ingress.billing.addKey(TEXT, { alias: 'a' });
    const answer = await post('/v2/key/info', { keys: [TEXT, 'sk-unknown-0123456789'] });
    expect(answer['info']).toMatchObject([{ key_alias: 'a' }]);
    expect(await (await ingress.get('/key/aliases')).json()).toMatchObject({
      aliases: ['a'],
      total_count: 1,
    });
    const full = await (await ingress.get('/key/list?return_full_object=true')).json();
    expect(full).toMatchObject({ keys: [{ key_alias: 'a', blocked: false }] });
  });
});

describe('a new value', () => {
  it('is shown once, keeps the rest, and leaves the old one its grace', async () => {
    ingress.billing.addKey(TEXT, { alias: 'a' });
    const answer = await post(`/key/${TEXT}/regenerate`, { grace_period: '24h', max_budget: 5 });
    expect(answer).toMatchObject({ key_alias: 'a', max_budget: 5 });
    expect(ingress.billing.key(answer['key'] as string)).toBeDefined();
    const asked = ingress.bus.asked.at(-1)?.payload as Fields;
    expect((asked['graceUntil'] as number) - Date.now()).toBeGreaterThan(86_390_000);
    expect(JSON.stringify(ingress.bus.asked)).not.toContain(answer['key']);
    expect(await statusOf('/key/regenerate', { key: 'sk-unknown' })).toBe(404);
    expect(await statusOf('/key/regenerate', {})).toBe(400);
  });
});
