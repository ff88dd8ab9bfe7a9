import { openImporter, type Importer } from '@tollgate/billing';
import { Vault, windowStart } from '@tollgate/config';
import { counterName } from '@tollgate/contracts';
import { describeWithServers } from '@tollgate/testing';
import { boxed, gcm, LiteLlmDatabase, sha256 } from './_litellm-database.js';
import { ACTOR, ORIGIN } from './context.js';
import { importLiteLlm } from './import-litellm.js';
import { Progress } from './progress.js';
import type { ImportReport } from './report.js';
import { LiteLlmSource } from './source.js';

const NOW = Date.now();
const iso = (time: number): string => new Date(time).toISOString().replace('Z', '');
const monthStart = windowStart('1mo', NOW);
const PROD = sha256('sk-prod-key-of-litellm');
const MONTHLY = sha256('sk-monthly-key');
const DOLLAR = 1_000_000_000;

let sequence = 0;
const log = (change: Record<string, unknown>): Record<string, unknown> => ({
  ...{ request_id: `chatcmpl-${(sequence += 1)}`, call_type: 'acompletion', api_key: PROD, spend: 0.25 },
  ...{ prompt_tokens: 100, completion_tokens: 20, model: 'gpt-4o', model_group: 'chat', model_id: 'm-1' },
  ...{ custom_llm_provider: 'openai', startTime: iso(NOW - 60_000), endTime: iso(NOW - 59_000) },
  ...{ user: 'ada', team_id: 'red', request_tags: ['batch'], end_user: 'customer-1', status: 'success' },
  ...{ metadata: { user_api_key_org_id: 'acme', usage_object: { cache_read_input_tokens: 30 } } },
  ...change,
});

async function fill(litellm: LiteLlmDatabase): Promise<void> {
  await litellm.insert(
    'LiteLLM_BudgetTable',
    { budget_id: 'tier', max_budget: 50, budget_duration: '30d', rpm_limit: 60 },
    { budget_id: 'of-member', max_budget: 5, budget_duration: '7d' },
    { budget_id: 'broken', max_budget: 5, budget_duration: 'whenever' },
  );
  await litellm.insert('LiteLLM_OrganizationTable', {
    ...{
      organization_id: 'acme',
      organization_alias: 'Acme',
      budget_id: 'tier',
      models: ['chat'],
      spend: 1.5,
    },
    metadata: {},
  });
  await litellm.insert(
    'LiteLLM_UserTable',
    {
      user_id: 'ada',
      user_email: 'ada@example.com',
      user_role: 'internal_user',
      teams: ['red'],
      spend: 0.75,
    },
    { user_id: 'twin', user_email: 'ADA@example.com', user_role: 'app_owner', spend: 0 },
    { user_id: 'litellm-proxy-budget', spend: 3 },
  );
  await litellm.insert('LiteLLM_ModelTable', { id: 1, aliases: { old: 'chat' } });
  await litellm.insert('LiteLLM_TeamTable', {
    ...{ team_id: 'red', team_alias: 'Red', organization_id: 'acme', blocked: false, model_id: 1, spend: 2 },
    ...{
      members_with_roles: [
        { role: 'admin', user_id: 'ada' },
        { role: 'user', user_id: 'bob' },
      ],
    },
    ...{ max_budget: 100, tpm_limit: 9_007_199_254_740_991, models: ['chat'] },
    metadata: { tags: ['x'], guardrails: ['pii'], team_member_budget_id: 'of-member' },
  });
  await litellm.insert('LiteLLM_TeamMembership', { user_id: 'bob', team_id: 'red', budget_id: 'of-member' });
  await litellm.insert('LiteLLM_OrganizationMembership', {
    ...{ user_id: 'ada', organization_id: 'acme', user_role: 'org_admin' },
  });
  await litellm.insert('LiteLLM_EndUserTable', { user_id: 'customer-1', budget_id: 'tier', blocked: true });
  await litellm.insert('LiteLLM_TagTable', { tag_name: 'batch', spend: 0.75 });
  await litellm.insert('LiteLLM_GuardrailsTable', { guardrail_id: 'g' });
  await fillKeys(litellm);
  await litellm.insert(
    'LiteLLM_ProxyModelTable',
    model('m-box', { model: boxed('openai/gpt-4o', 'salt'), api_key: boxed('sk-openai', 'salt') }),
    model('m-gcm', { model: gcm('openai/gpt-4o', 'salt'), api_key: gcm('sk-openai-2', 'salt'), rpm: 6 }),
    model('m-lost', { model: boxed('openai/gpt-4o', 'another salt') }),
  );
  // Two of the three dollars that LiteLLM has of the key are in its logs, in two months.
  await litellm.insert(
    'LiteLLM_SpendLogs',
    log({ spend: 0.5 }),
    log({ spend: 0.25 }),
    log({ startTime: iso(monthStart - 86_400_000), endTime: iso(monthStart - 86_390_000), spend: 1.25 }),
    log({ api_key: MONTHLY, spend: 0.1, user: '', team_id: null, request_tags: [], end_user: '' }),
    log({ status: 'failure', spend: 0, api_key: '', metadata: { error_information: { error_code: '429' } } }),
    log({ spend: -1 }),
  );
}

const key = (token: string, change: Record<string, unknown>): Record<string, unknown> => ({
  ...{ token, key_name: 'sk-...abcd', blocked: false, metadata: {}, aliases: {}, model_max_budget: {} },
  ...change,
});

async function fillKeys(litellm: LiteLlmDatabase): Promise<void> {
  await litellm.insert(
    'LiteLLM_VerificationToken',
    key(PROD, {
      ...{ key_alias: 'prod', team_id: 'red', user_id: 'ada', spend: 3, models: ['chat'], max_budget: 10 },
      ...{
        rpm_limit: 30,
        expires: '2031-05-06T07:08:09',
        aliases: { best: 'chat' },
        allowed_routes: ['/x/*'],
      },
      ...{ metadata: { purpose: 'tests', model_rpm_limit: { chat: 3 }, guardrails: ['pii'] } },
      ...{ model_max_budget: { chat: { budget_limit: 2, time_period: '1d', spend: 4 } } },
      ...{ budget_limits: [{ budget_duration: '1d', max_budget: 4, reset_at: '2031-01-01' }] },
    }),
    key(MONTHLY, {
      ...{ key_alias: 'prod', spend: 0.4, max_budget: 5, budget_duration: '1mo', blocked: true },
      budget_reset_at: iso(NOW + 86_400_000),
    }),
    key(sha256('sk-tier'), { key_alias: 'tiered', budget_id: 'tier' }),
    key('sk-plain-key-of-old', { key_alias: 'plain' }),
    key(sha256('sk-lost'), { key_alias: 'lost', team_id: 'nowhere' }),
    key(sha256('sk-odd'), { key_alias: 'odd', max_budget: 1, budget_duration: '2 fortnights' }),
    key(sha256('sk-ui'), { team_id: 'litellm-dashboard' }),
  );
}

const model = (id: string, params: Record<string, unknown>): Record<string, unknown> => ({
  ...{ model_id: id, model_name: 'chat', litellm_params: params },
  model_info: { id, db_model: true, mode: 'chat' },
});

describeWithServers('import-litellm', () => {
  let litellm: LiteLlmDatabase;
  let importer: Importer;
  const vault = new Vault('ours');

  beforeAll(async () => {
    litellm = await LiteLlmDatabase.start();
    await fill(litellm);
    importer = await openImporter({ url: litellm.targetUrl }, () => undefined, ORIGIN);
  }, 120_000);
  afterAll(async () => {
    await importer.close();
    await litellm.stop();
  });

  async function run(change: { dryRun?: boolean; saltKey?: string | null } = {}): Promise<ImportReport> {
    const source = await LiteLlmSource.open(litellm.url);
    try {
      return await importLiteLlm({
        ...{ source, importer, vault, saltKey: 'salt', variables: {}, timeZone: 'UTC', now: NOW },
        ...{ dryRun: false, progress: new Progress({ write: () => true }), ...change },
      });
    } finally {
      await source.close();
    }
  }

  const spentBy = async (hash: string): Promise<number | undefined> =>
    (await importer.keys.find(hash))?.spendNanos;

  it('writes nothing in a dry run, and tells what it would take', async () => {
    const report = await run({ dryRun: true, saltKey: null });
    expect(report.of('keys')).toEqual({ taken: 4, there: 0, refused: 2 });
    expect(report.of('calls')).toEqual({ taken: 5, there: 0, refused: 1 });
    expect(report.toText()).toContain('its litellm_params are encrypted: give --salt-key');
    expect(await importer.keys.find(PROD)).toBeNull();
    expect((await importer.directory.find('team', ['red'])).length).toBe(0);
  });

  it('takes everything that it can, and says what it could not', async () => {
    const report = await run();
    const text = report.toText();
    expect(report.of('budgets')).toEqual({ taken: 2, there: 0, refused: 1 });
    expect(report.of('teams')).toEqual({ taken: 1, there: 0, refused: 0 });
    expect(report.of('users')).toEqual({ taken: 2, there: 0, refused: 0 });
    expect(report.of('members')).toEqual({ taken: 3, there: 0, refused: 0 });
    expect(report.of('keys')).toEqual({ taken: 4, there: 0, refused: 2 });
    expect(report.of('models')).toEqual({ taken: 2, there: 0, refused: 1 });
    expect(report.of('calls')).toEqual({ taken: 5, there: 0, refused: 1 });
    for (const part of [
      'Team=nowhere. Create team via `/team/new` call. (1: lost)',
      "'budget_duration' must be like",
      'encrypted with another salt key (1: chat (m-lost))',
      'its spend is no amount',
      'User with email ADA@example.com already exists',
      'LiteLLM_GuardrailsTable: guardrails (1)',
    ])
      expect(text).toContain(part);
  });

  it('takes keys with all that binds them', async () => {
    const found = await importer.keys.find(PROD);
    expect(found?.key).toMatchObject({
      ...{ name: 'sk-...abcd', alias: 'prod', teamId: 'red', userId: 'ada', organizationId: 'acme' },
      ...{ models: ['chat'], allowedRoutes: ['/x/*'], metadata: { purpose: 'tests' } },
      ...{ routing: { aliases: { best: 'chat' } }, expiresAt: Date.UTC(2031, 4, 6, 7, 8, 9) },
    });
    expect(found?.key.limits).toMatchObject({
      requestsPerMinute: 30,
      budgets: [
        { window: null, maxNanos: 10 * DOLLAR },
        { window: '1d', maxNanos: 4 * DOLLAR },
      ],
      models: { chat: { requestsPerMinute: 3, budgets: [{ window: '1d', maxNanos: 2 * DOLLAR }] } },
    });
    const monthly = await importer.keys.find(MONTHLY);
    expect(monthly?.key).toMatchObject({ blocked: true, alias: `prod (${MONTHLY.slice(0, 8)})` });
    expect((await importer.keys.find(sha256('sk-tier')))?.key.budgetId).toBe('tier');
    expect((await importer.keys.find(sha256('sk-plain-key-of-old')))?.key.alias).toBe('plain');
  });

  it('takes teams with their members, roles and limits', async () => {
    const [team] = await importer.directory.find('team', ['red']);
    expect(team).toMatchObject({
      ...{ alias: 'Red', organizationId: 'acme', metadata: { tags: ['x'] } },
      ...{ limits: { tokensPerMinute: 2_000_000_000, budgets: [{ maxNanos: 100 * DOLLAR }] } },
      ...{ memberLimits: { budgets: [{ window: '7d', maxNanos: 5 * DOLLAR }] } },
    });
    const members = await importer.directory.members({ containerIds: ['red', 'acme'], limit: 9 });
    expect(members.map(({ userId, role, limits }) => [userId, role, limits.budgets.length])).toEqual([
      ['ada', 'org_admin', 0],
      ['ada', 'admin', 0],
      ['bob', 'user', 1],
    ]);
    const [customer] = await importer.directory.find('end_user', ['customer-1']);
    expect(customer).toMatchObject({ blocked: true, budgetId: 'tier' });
  });

  it('seals the credentials of models anew', async () => {
    const { models } = await importer.models.list(null);
    expect(models.map(({ id }) => id)).toEqual(['m-box', 'm-gcm']);
    const place = { model: 'm-box', field: 'api_key' };
    expect(vault.unseal(models[0]!.params['api_key'] as string, place)).toBe('sk-openai');
    expect(models[1]!.params).toMatchObject({ model: 'openai/gpt-4o', rpm: 6 });
  });

  it('has the spend that LiteLLM has, of everybody', async () => {
    expect(await spentBy(PROD)).toBe(3 * DOLLAR);
    expect((await importer.directory.find('team', ['red']))[0]?.spendNanos).toBe(2 * DOLLAR);
    expect((await importer.directory.find('user', ['ada']))[0]?.spendNanos).toBe(0.75 * DOLLAR);
    expect((await importer.directory.find('tag', ['batch']))[0]?.spendNanos).toBe(0.75 * DOLLAR);
    expect((await importer.directory.find('organization', ['acme']))[0]?.spendNanos).toBe(2.1 * DOLLAR);
    // In the window of its budget, and therefore at least so much ever.
    expect(await spentBy(MONTHLY)).toBe(0.4 * DOLLAR);
    const corrected = await importer.spend.corrected();
    expect(corrected.get(counterName(`key:${MONTHLY}`, '1mo', monthStart))).toBe(0.3 * DOLLAR);
  });

  it('takes nothing twice, and what came since', async () => {
    const before = [await spentBy(PROD), await spentBy(MONTHLY)];
    const again = await run();
    const kinds = [
      'budgets',
      'organizations',
      'users',
      'teams',
      'members',
      'keys',
      'models',
      'calls',
    ] as const;
    for (const kind of kinds) expect([kind, again.of(kind).taken]).toEqual([kind, 0]);
    expect(again.of('keys').there).toBe(4);
    expect(again.of('corrections').taken).toBe(0);
    expect([await spentBy(PROD), await spentBy(MONTHLY)]).toEqual(before);

    await litellm.insert('LiteLLM_SpendLogs', log({ spend: 0.5 }));
    await litellm.run('update "LiteLLM_VerificationToken" set spend = 3.5 where token = $1', [PROD]);
    const later = await run();
    expect(later.of('calls').taken).toBe(1);
    expect(await spentBy(PROD)).toBe(3.5 * DOLLAR);
  });

  it('leaves alone what was changed or deleted here meanwhile', async () => {
    await importer.keyAdmin.update(ACTOR, PROD, { blocked: true });
    await importer.keyAdmin.delete(ACTOR, [sha256('sk-tier')], []);
    await run();
    expect((await importer.keys.find(PROD))?.key.blocked).toBe(true);
    expect(await importer.keys.find(sha256('sk-tier'))).toBeNull();
  });

  it('counts the calls of a key that could be taken only later', async () => {
    const odd = sha256('sk-odd');
    await litellm.insert('LiteLLM_SpendLogs', log({ api_key: odd, spend: 0.125, user: '', team_id: null }));
    await run();
    await litellm.run(
      `update "LiteLLM_VerificationToken" set spend = 0.125, budget_duration = null where token = $1`,
      [odd],
    );
    expect((await run()).of('keys').taken).toBe(1);
    expect(await spentBy(odd)).toBe(0.125 * DOLLAR);
  });
});
