import { NO_USAGE, findKey, listSpend, reportSpend, type UsageEvent } from '@tollgate/contracts';
import { VIRTUAL_KEY, errorOf, startIngress, type Harness, foundKey } from '../_harness.js';
import { digestOf } from '../auth/key-digests.js';

let ingress: Harness;
beforeEach(async () => {
  ingress = await startIngress();
});
afterEach(() => ingress.close());

const eventOf = (changes: Partial<UsageEvent> = {}): UsageEvent => ({
  id: 'call-1:1',
  callId: 'call-1',
  responseId: 'chatcmpl-1',
  status: 'complete',
  measured: true,
  usage: { ...NO_USAGE, input: 8, cacheRead: 2, output: 4, reasoning: 1 },
  rawUsage: { total_tokens: 15 },
  costNanos: 123_000,
  model: 'gpt-4',
  group: 'chat-default',
  upstreamModel: 'gpt-4o-mini',
  deploymentId: 'dep-1',
  provider: 'openai',
  apiBase: 'https://api.openai.com/v1',
  keyHash: 'k'.repeat(64),
  keyAlias: null,
  userId: 'ada',
  teamId: null,
  organizationId: null,
  projectId: null,
  endUser: null,
  tags: ['a'],
  stream: false,
  calledAt: Date.UTC(2026, 10, 24, 1),
  startedAt: Date.UTC(2026, 10, 24, 1),
  firstTokenAt: null,
  endedAt: Date.UTC(2026, 10, 24, 1, 0, 2),
  errorCode: null,
  role: 'primary',
  arm: null,
  serviceTier: null,
  ...changes,
});

type Row = Record<string, unknown>;

const rowsOf = async (query: string): Promise<Row[]> =>
  (await ingress.get(`/spend/logs${query}`)).json() as Promise<Row[]>;

describe('GET /spend/logs', () => {
  it("gives rows in LiteLLM's shape", async () => {
    ingress.bus.reply(listSpend, () => ({
      rows: [
        eventOf(),
        eventOf({ status: 'failed', responseId: null, errorCode: 'upstream_error', costNanos: null }),
      ],
      next: null,
      total: 2,
    }));
    const [row, failed] = await rowsOf('?request_id=chatcmpl-1');
    expect(row).toMatchObject({
      request_id: 'chatcmpl-1',
      api_key: 'k'.repeat(64),
      spend: 0.000123,
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      startTime: '2026-11-24T01:00:00.000Z',
      endTime: '2026-11-24T01:00:02.000Z',
      model: 'gpt-4o-mini',
      model_group: 'chat-default',
      custom_llm_provider: 'openai',
      status: 'success',
      metadata: {
        tollgate_call_id: 'call-1',
        usage_object: { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 2 } },
      },
    });
    expect(failed).toMatchObject({
      request_id: 'call-1',
      status: 'failure',
      spend: 0,
      metadata: { error_information: { error_code: 'upstream_error' }, tollgate_priced: false },
    });
    expect(ingress.bus.asked[0]?.payload).toEqual({ requestId: 'chatcmpl-1', limit: 250 });
  });

  it('summarizes by day when dates are given, the last day included', async () => {
    const sumOf = (day: string, key: string, names: [string | null, string], spendNanos: number) => ({
      by: { day, key, user: names[0], model: names[1] },
      ...{ spendNanos, promptTokens: 0, completionTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
      ...{ requests: 1, failures: 0 },
    });
    const rows = [
      sumOf('2026-11-24', 'k1', ['ada', 'm1'], 1_000_000_000),
      sumOf('2026-11-24', 'k1', [null, 'm2'], 500_000_000),
      sumOf('2026-11-23', 'k2', ['ada', 'm1'], 1),
    ];
    ingress.bus.reply(reportSpend, () => ({ rows, total: 3 }));
    expect(await rowsOf('?start_date=2026-11-23&end_date=2026-11-24')).toEqual([
      { startTime: '2026-11-23', spend: 1e-9, users: { ada: 1e-9 }, models: { m1: 1e-9 }, k2: 1e-9 },
      {
        startTime: '2026-11-24',
        spend: 1.5,
        users: { ada: 1, '': 0.5 },
        models: { m1: 1, m2: 0.5 },
        k1: 1.5,
      },
    ]);
    expect(ingress.bus.asked[0]?.payload).toEqual({
      by: ['day', 'key', 'user', 'model'],
      of: {},
      from: Date.UTC(2026, 10, 23),
      to: Date.UTC(2026, 10, 25),
      ...{ offset: 0, limit: 1_000 },
    });
  });

  it('gives rows of a time when asked not to summarize', async () => {
    ingress.bus.reply(listSpend, () => ({ rows: [eventOf()], next: null, total: 1 }));
    const rows = await rowsOf('?start_date=2026-11-24%2001:00:00&end_date=2026-11-25&summarize=false');
    expect(rows).toHaveLength(1);
    expect(ingress.bus.asked[0]?.payload).toMatchObject({ from: Date.UTC(2026, 10, 24, 1) });
  });

  it.each([
    ['user=ada', 'user', "'user' is no parameter of this route, which takes request_id, api_key, user_id,"],
    ['usr_id=ada', 'usr_id', "'usr_id' is no parameter of this route; did you mean user_id?"],
  ])('refuses the unknown parameter of ?%s by name', async (query, param, text) => {
    const message = expect.stringContaining(text) as string;
    expect(await errorOf(await ingress.get(`/spend/logs?${query}`))).toMatchObject({
      status: 400,
      param,
      message,
    });
    expect(ingress.bus.asked).toEqual([]);
  });

  it('stops at ten thousand rows and says so', async () => {
    ingress.bus.reply(listSpend, ({ limit, cursor }) => ({
      rows: Array.from({ length: limit }, () => eventOf()),
      next: String(Number(cursor ?? 0) + limit),
      total: 1_000_000,
    }));
    const response = await ingress.get('/spend/logs');
    expect(await response.json()).toHaveLength(10_000);
    expect(response.headers.get('x-litellm-spend-logs-truncated')).toBe('true');
    expect(response.headers.get('x-tollgate-next-cursor')).toBe('10000');
  });

  it('pages', async () => {
    ingress.bus.reply(listSpend, ({ limit, cursor }) => {
      const from = Number(cursor ?? 0);
      const rows = Array.from({ length: limit }, (_, index) => eventOf({ responseId: String(from + index) }));
      return { rows, next: String(from + limit), total: 1_000 };
    });
    const rows = await rowsOf('?page=3&limit=2');
    expect(rows.map(({ request_id }) => request_id)).toEqual(['4', '5']);
    expect(await errorOf(await ingress.get('/spend/logs?page=3&limit=5000'))).toMatchObject({
      status: 400,
      param: 'page',
    });
  });

  it('shows a virtual key what it spent itself', async () => {
    const asVirtual = { authorization: `Bearer ${VIRTUAL_KEY}` };
    ingress.bus.reply(findKey, () => foundKey());
    ingress.bus.reply(listSpend, () => ({ rows: [], next: null, total: 0 }));
    await ingress.get('/spend/logs?user_id=someone', asVirtual);
    expect(ingress.bus.asked.at(-1)?.payload).toMatchObject({ keyHash: digestOf(VIRTUAL_KEY).hash });
    expect((await ingress.get('/spend/logs?api_key=sk-of-another', asVirtual)).status).toBe(403);
  });

  it.each(['start_date=yesterday', 'limit=0', 'page=x', 'end_date=2026-13-45'])(
    'refuses %s',
    async (query) => {
      const error = await errorOf(await ingress.get(`/spend/logs?${query}`));
      expect(error).toMatchObject({ status: 400, param: query.split('=')[0] });
    },
  );
});
