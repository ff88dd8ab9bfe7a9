import {
  findEntries,
  findKey,
  listEntries,
  listKeys,
  listMembers,
  listSpend,
  reportSpend,
  resetSpend,
  sumSpend,
  type SpendReportQuery,
  type SpendReportRow,
} from '@tollgate/contracts';
import { VIRTUAL_KEY, errorOf, foundKey, keyRecordOf, startIngress, type Harness } from '../_harness.js';
import { digestOf } from '../auth/key-digests.js';

const asVirtual = { authorization: `Bearer ${VIRTUAL_KEY}` };
const DATES = 'start_date=2026-03-01&end_date=2026-03-02';

type Json = Record<string, unknown>;

const row = (by: Record<string, string | null>, sums: Partial<SpendReportRow> = {}): SpendReportRow => ({
  by,
  ...{ spendNanos: 1_500_000_000, promptTokens: 10, completionTokens: 5, cacheReadTokens: 3 },
  ...{ cacheWriteTokens: 2, requests: 4, failures: 1, ...sums },
});

describe('reports of spend', () => {
  let ingress: Harness;
  let asked: SpendReportQuery[];
  let rows: SpendReportRow[];

  beforeEach(async () => {
    ingress = await startIngress();
    asked = [];
    rows = [];
    ingress.bus.reply(reportSpend, (query) => {
      asked.push(query);
      return { rows: rows.slice(query.offset ?? 0, (query.offset ?? 0) + query.limit), total: rows.length };
    });
    ingress.bus.reply(listKeys, ({ hashes = [], status }) => {
      const keys =
        status === 'active' ? hashes.map((hash) => foundKey({ hash, alias: `alias of ${hash}` })) : [];
      return { keys, total: keys.length };
    });
    const team = { ...keyRecordOf(), kind: 'team', id: 't1', alias: 'Blue', settings: {}, spendNanos: 7 };
    ingress.bus.reply(findEntries, ({ kind }) => ({ entries: kind === 'team' ? [team] : [] }) as never);
    ingress.bus.reply(listMembers, () => ({ members: [] }));
  });
  afterEach(() => ingress.close());

  const json = async (path: string, headers = {}): Promise<Json> =>
    (await ingress.get(path, headers)).json() as Promise<Json>;
  const asUser = (userId: string | null): void => ingress.bus.reply(findKey, () => foundKey({ userId }));

  it("answers LiteLLM's global shapes", async () => {
    rows = [row({})];
    expect(await json('/global/spend')).toEqual({ spend: 1.5, max_budget: null });
    rows = [row({ day: '2026-03-02' }), row({ day: '2026-03-01' })];
    expect(await json(`/global/spend/logs?${DATES}&api_key=sk-x`)).toEqual([
      { date: '2026-03-01', spend: 1.5 },
      { date: '2026-03-02', spend: 1.5 },
    ]);
    expect(asked.at(-1)).toMatchObject({
      ...{ by: ['day'], of: { keys: [digestOf('sk-x').hash] } },
      ...{ from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 2, 3) },
    });
    rows = [row({ key: 'k1' })];
    expect(await json('/global/spend/keys?limit=5')).toEqual([
      { api_key: 'k1', key_alias: 'alias of k1', key_name: 'sk-...abcd', total_spend: 1.5 },
    ]);
    expect(asked.at(-1)).toMatchObject({ limit: 5 });
    rows = [row({ group: 'm' })];
    expect(await json('/global/spend/models')).toEqual([{ model: 'm', total_spend: 1.5 }]);
    rows = [row({ provider: 'openai' })];
    expect(await json(`/global/spend/provider?${DATES}`)).toEqual([{ provider: 'openai', spend: 1.5 }]);
    rows = [row({ tag: 'b' }), row({ tag: 'a' })];
    expect(await json('/global/spend/all_tag_names')).toEqual({ tag_names: ['a', 'b'] });
    expect(await json('/global/spend/tags?tags=a,b')).toEqual({
      spend_per_tag: ['b', 'a'].map((name) => ({ name, spend: 1.5, log_count: 4 })),
    });
    expect(asked.at(-1)).toMatchObject({ of: { tags: ['a', 'b'] } });
    rows = [row({ endUser: 'e' })];
    const ofEndUsers = await ingress.post('/global/spend/end_users', { startTime: '2026-03-01' });
    expect(await ofEndUsers.json()).toEqual([{ end_user: 'e', total_count: 4, total_spend: 1.5 }]);
  });

  it('answers what teams spent by day and in all', async () => {
    rows = [
      row({ day: '2026-03-02', team: 't1' }),
      row({ day: '2026-03-01', team: 't1' }),
      row({ day: '2026-03-01', team: 't2' }, { spendNanos: 9_000_000_000 }),
      row({ day: '2026-03-01', team: null }),
    ];
    expect(await json(`/global/spend/teams?${DATES}`)).toEqual({
      daily_spend: [
        { date: '2026-03-01', Blue: 1.5, t2: 9 },
        { date: '2026-03-02', Blue: 1.5 },
      ],
      teams: ['t2', 'Blue'],
      total_spend_per_team: [
        { team_id: 't2', team_alias: 't2', total_spend: 9 },
        { team_id: 't1', team_alias: 'Blue', total_spend: 3 },
      ],
    });
  });

  it('answers a report by day, group, model and key, and as a table', async () => {
    rows = [
      row({ day: '2026-03-02', team: 't1', group: 'm', key: 'k1' }),
      row({ day: '2026-03-01', team: 't1', group: 'n', key: 'k1' }),
    ];
    const report = await json(`/global/spend/report?${DATES}&group_by=team`);
    const line = (model: string) => ({ model, spend: 1.5, total_tokens: 15, api_key: 'k1' });
    expect(report).toEqual([
      { group_by_day: '2026-03-01', teams: [{ team_name: 'Blue', total_spend: 1.5, metadata: [line('n')] }] },
      { group_by_day: '2026-03-02', teams: [{ team_name: 'Blue', total_spend: 1.5, metadata: [line('m')] }] },
    ]);
    const table = await ingress.get(`/global/spend/report?${DATES}&format=csv`);
    expect(table.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(await table.text()).toBe(
      'day,team_name,model,spend,total_tokens,api_key\r\n2026-03-02,Blue,m,1.5,15,k1\r\n2026-03-01,Blue,n,1.5,15,k1\r\n',
    );
    const accepted = await ingress.get(`/global/spend/report?${DATES}`, { accept: 'text/csv' });
    expect((await accepted.text()).split('\r\n')).toHaveLength(4);
    expect(await errorOf(await ingress.get('/global/spend/report'))).toMatchObject({
      status: 400,
      message: 'Please provide start_date and end_date',
    });
    const inverted = 'start_date=2026-03-02&end_date=2026-03-01';
    for (const path of ['/global/spend/report', '/global/activity'])
      expect(await errorOf(await ingress.get(`${path}?${inverted}`))).toMatchObject({
        status: 400,
        param: 'end_date',
        message: "'end_date' must not be before 'start_date'",
      });
  });

  it('answers calls and tokens by day and model', async () => {
    rows = [row({ day: '2026-03-02', group: 'm' }), row({ day: '2026-03-01', group: 'm' })];
    const daily = [
      { date: 'Mar 01', api_requests: 4, total_tokens: 15 },
      { date: 'Mar 02', api_requests: 4, total_tokens: 15 },
    ];
    const activity = { daily_data: daily, sum_api_requests: 8, sum_total_tokens: 30 };
    expect(await json(`/global/activity?${DATES}`)).toEqual(activity);
    expect(await json(`/global/activity/model?${DATES}`)).toEqual([{ model: 'm', ...activity }]);
    expect(await json(`/global/activity/exceptions?${DATES}&model_group=m`)).toMatchObject({
      sum_num_rate_limit_exceptions: 2,
    });
  });

  it('tells what was answered from the cache', async () => {
    rows = [
      row({ key: 'k', group: 'm', cacheHit: 'false' }, { completionTokens: 7 }),
      row({ key: 'k', group: 'm', cacheHit: 'true' }, { requests: 3 }),
      row({ key: 'k', group: 'n', cacheHit: 'false' }),
    ];
    expect(await json(`/global/activity/cache_hits?${DATES}`)).toMatchObject([
      { api_key: 'k', model: 'n', total_rows: 4, cache_hit_true_rows: 0 },
      {
        ...{ api_key: 'k', model: 'm', total_rows: 7, cache_hit_true_rows: 3 },
        ...{ cached_completion_tokens: 5, generated_completion_tokens: 7 },
      },
    ]);
    expect(asked).toMatchObject([{ by: ['key', 'group', 'cacheHit'] }]);
  });

  it("answers a team's days in LiteLLM's breakdown, page by page", async () => {
    const names = { upstreamModel: 'gpt', group: 'm', provider: 'openai', team: 't1' };
    rows = ['k1', 'k2', 'k3'].map((key) => row({ day: '2026-03-01', key, ...names }));
    const answer = await json(`/team/daily/activity?${DATES}&team_ids=t1&page_size=2`);
    const metrics = {
      ...{ spend: 3, prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 },
      ...{ cache_read_input_tokens: 6, cache_creation_input_tokens: 4 },
      ...{ successful_requests: 6, failed_requests: 2, api_requests: 8 },
    };
    expect(answer).toMatchObject({
      results: [
        {
          date: '2026-03-01',
          metrics,
          breakdown: {
            models: { gpt: { metrics, api_key_breakdown: { k1: {}, k2: {} } } },
            providers: { openai: { metrics } },
            api_keys: { k1: { metadata: { key_alias: 'alias of k1' } } },
            entities: { t1: { metrics, metadata: { alias: 'Blue' } } },
          },
        },
      ],
      metadata: { total_spend: 3, total_failed_requests: 2, page: 1, total_pages: 2, has_more: true },
    });
    const last = await json(`/team/daily/activity?${DATES}&page_size=2&page=2`);
    expect(last).toMatchObject({ metadata: { total_spend: 1.5, page: 2, has_more: false } });
    const all = await json(`/team/daily/activity/aggregated?${DATES}`);
    expect(all).toMatchObject({ metadata: { total_spend: 4.5, total_pages: 1 } });
    const far = await ingress.get(`/team/daily/activity?${DATES}&page=12`);
    expect(await errorOf(far)).toMatchObject({ status: 400, param: 'page' });
  });

  it('shows a user what is its own, a team what its admin may see, and the gateway to nobody else', async () => {
    asUser('ada');
    await json(`/user/daily/activity?${DATES}`, asVirtual);
    expect(asked.at(-1)?.of).toEqual({ users: ['ada'] });
    const others = await ingress.get(`/user/daily/activity?${DATES}&user_id=bob`, asVirtual);
    expect(others.status).toBe(403);
    await json(`/team/daily/activity?${DATES}&team_ids=t1`, asVirtual);
    expect(asked.at(-1)?.of).toEqual({ teams: ['t1'], users: ['ada'] });
    ingress.bus.reply(listMembers, () => ({
      members: [{ containerKind: 'team', containerId: 't1', userId: 'ada', role: 'admin' }] as never,
    }));
    await json(`/team/daily/activity?${DATES}&team_ids=t1`, asVirtual);
    expect(asked.at(-1)?.of).toEqual({ teams: ['t1'] });
    await json('/spend/tags', asVirtual);
    expect(asked.at(-1)?.of).toEqual({ users: ['ada'] });
    for (const path of [
      '/tag/daily/activity',
      '/global/spend/logs',
      '/global/activity',
      '/provider/budgets',
    ]) {
      const { status } = await ingress.get(`${path}?${DATES}`, asVirtual);
      expect([401, 403]).toContain(status);
    }
    asUser(null);
    ingress.bus.reply(findKey, () => foundKey());
  });

  it('gives pages of rows by every filter, and no further than ten thousand rows', async () => {
    const queries: object[] = [];
    ingress.bus.reply(listSpend, (query) => {
      queries.push(query);
      return { rows: [], next: null, total: 10_001 };
    });
    const filters = `${DATES}&api_key=sk-x&team_id=t&model=m&status_filter=failure&min_spend=0.5&sort_by=spend`;
    expect(await json(`/spend/logs/v2?${filters}&page=3&page_size=10`)).toEqual({
      ...{ data: [], total: 10_000, page: 3, page_size: 10, total_pages: 1_000, total_is_capped: true },
    });
    expect(queries.at(-1)).toEqual({
      ...{ from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 2, 3), keyHash: digestOf('sk-x').hash },
      ...{ teamIds: ['t'], model: 'm', status: 'failure', minNanos: 500_000_000 },
      ...{ sortBy: 'cost', descending: true, offset: 20, limit: 10 },
    });
    expect((await ingress.get(`/spend/logs/ui?${DATES}&page=1001&page_size=10`)).status).toBe(400);
    expect((await ingress.get('/spend/logs/v2')).status).toBe(400);
    expect((await ingress.get('/spend/logs/ui/nothing')).status).toBe(404);
  });

  it('lists keys, users and tags by what they spent', async () => {
    ingress.bus.reply(listKeys, ({ sortBy }) => {
      expect(sortBy).toBe('spend');
      return { keys: [{ ...foundKey({ alias: 'a' }), spendNanos: 2_000_000_000 }], total: 1 };
    });
    expect(await json('/spend/keys')).toMatchObject([{ key_alias: 'a', spend: 2 }]);
    const user = { id: 'ada', alias: null, spendNanos: 3_000_000_000, settings: { user_email: 'a@b.c' } };
    ingress.bus.reply(listEntries, () => ({ entries: [user], total: 1 }) as never);
    expect(await json('/spend/users')).toMatchObject([{ user_id: 'ada', spend: 3, user_email: 'a@b.c' }]);
    rows = [row({ tag: 'blue' })];
    expect(await json(`/spend/tags?${DATES}`)).toEqual([
      { individual_request_tag: 'blue', log_count: 4, total_spend: 1.5 },
    ]);
  });

  it('tells what calls would cost', async () => {
    const post = async (path: string, body: object): Promise<Json> =>
      (await ingress.post(path, body)).json() as Promise<Json>;
    const usage = { prompt_tokens: 1_000_000, completion_tokens: 0 };
    const { cost } = await post('/spend/calculate', { completion_response: { model: 'gpt-4o-mini', usage } });
    expect(cost).toBe(0.15);
    const content = 'x'.repeat(4_000);
    const prompt = await post('/spend/calculate', { model: 'openai/gpt-4o-mini', messages: [{ content }] });
    expect(prompt).toEqual({ cost: 0.00015 });
    const asked = { model: 'openai/gpt-4o-mini', input_tokens: 1_000_000, output_tokens: 1_000_000 };
    expect(await post('/cost/estimate', { ...asked, num_requests_per_day: 10 })).toMatchObject({
      ...{ cost_per_request: 0.75, input_cost_per_request: 0.15, daily_cost: 7.5, monthly_cost: null },
    });
    expect(await errorOf(await ingress.post('/spend/calculate', {}))).toMatchObject({ status: 400 });
    const unknown = { ...asked, model: 'nobody/knows' };
    expect(await errorOf(await ingress.post('/spend/estimate', unknown))).toMatchObject({ param: 'model' });
  });

  it('resets the gateway as a correction, for admins alone', async () => {
    ingress.bus.reply(resetSpend, () => ({ previousNanos: 5, spendNanos: 0 }));
    expect(await (await ingress.post('/global/spend/reset', {})).json()).toMatchObject({ status: 'success' });
    expect(ingress.bus.asked.at(-1)?.payload).toMatchObject({
      scope: { kind: 'gateway', id: 'all' },
      toNanos: 0,
    });
  });

  it('foresees a month from its days and the last week', async () => {
    const today = new Date().toISOString().slice(0, 10);
    rows = [row({ day: today }, { spendNanos: 2_000_000_000 })];
    const answer = await json('/global/predict/spend/logs');
    const days = answer['response'] as Json[];
    expect(days.find(({ date }) => date === today)).toEqual({ date: today, spend: 2, predicted: false });
    expect(answer['predicted_spend']).toBe(2);
  });

  it('tells the budgets of providers', async () => {
    const limited = await startIngress(
      {},
      {
        router: { providerBudgets: new Map([['openai', { limitNanos: 5_000_000_000, window: '1d' }]]) },
      },
    );
    limited.bus.reply(sumSpend, () => ({ nanos: [1_000_000_000] }));
    const answer = (await (await limited.get('/provider/budgets')).json()) as Json;
    expect(answer).toMatchObject({
      providers: { openai: { budget_limit: 5, time_period: '1d', spend: 1 } },
    });
    await limited.close();
  });
});
