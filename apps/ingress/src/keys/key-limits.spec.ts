import { startAdmin, type AdminStage } from '../admin/_admin-stage.js';
import { windowStart } from '@tollgate/config';
import { GatewayError, counterName } from '@tollgate/contracts';
import { errorOf } from '../_harness.js';
import { digestOf } from '../auth/key-digests.js';

let ingress: AdminStage;
beforeEach(async () => {
  ingress = await startAdmin();
});
afterEach(() => ingress.close());

type Fields = Record<string, unknown>;
const TEXT = 'sk-of-nobody-0123456789abcdef';

const post = async (path: string, body: object): Promise<Fields> =>
  (await (await ingress.post(path, body)).json()) as Fields;
const infoOf = async (key: string): Promise<Fields> =>
  ((await (await ingress.get(`/key/info?key=${key}`)).json()) as { info: Fields }).info;

const LIMITS = {
  max_budget: 10.000000001,
  soft_budget: 8,
  budget_duration: '30d',
  budget_limits: [{ budget_duration: '1h', max_budget: 0.5 }],
  max_parallel_requests: 3,
  tpm_limit: 1000,
  rpm_limit: 0,
  model_max_budget: {
    'gpt-4': { budget_limit: '0.0000001', time_period: '1d' },
    'openai/*': { max_budget: 1 },
  },
  model_rpm_limit: { 'gpt-4': 5 },
  model_tpm_limit: { claude: 100 },
};

describe('limits of a key', () => {
  it('become nano-dollars and windows, and are told as they came', async () => {
    const made = await post('/key/generate', { key: TEXT, ...LIMITS });
    expect(ingress.billing.key(TEXT)?.limits).toEqual({
      requestsPerMinute: 0,
      tokensPerMinute: 1000,
      maxParallelRequests: 3,
      budgets: [
        { window: '30d', maxNanos: 10_000_000_001, softNanos: 8_000_000_000 },
        { window: '1h', maxNanos: 500_000_000, softNanos: null },
      ],
      models: {
        'gpt-4': {
          requestsPerMinute: 5,
          tokensPerMinute: null,
          maxParallelRequests: null,
          budgets: [{ window: '1d', maxNanos: 100, softNanos: null }],
        },
        'openai/*': {
          requestsPerMinute: null,
          tokensPerMinute: null,
          maxParallelRequests: null,
          budgets: [{ window: null, maxNanos: 1_000_000_000, softNanos: null }],
        },
        claude: { requestsPerMinute: null, tokensPerMinute: 100, maxParallelRequests: null, budgets: [] },
      },
      temporaryIncrease: null,
    });
    const shown = {
      ...LIMITS,
      model_max_budget: {
        'gpt-4': { budget_limit: 0.0000001, time_period: '1d' },
        'openai/*': { budget_limit: 1, time_period: null },
      },
    };
    expect(made).toMatchObject(shown);
    const info = await infoOf(TEXT);
    expect(info).toMatchObject({ ...shown, metadata: { model_rpm_limit: { 'gpt-4': 5 } } });
    expect(new Date(info['budget_reset_at'] as string).getUTCDate()).toBe(1);
  });

  it('change one by one, and are cleared by null', async () => {
    await post('/key/generate', { key: TEXT, ...LIMITS });
    await post('/key/update', { key: TEXT, max_budget: 20, tpm_limit: null, model_rpm_limit: { claude: 1 } });
    const changed = await infoOf(TEXT);
    expect(changed).toMatchObject({
      max_budget: 20,
      soft_budget: 8,
      budget_duration: '30d',
      tpm_limit: null,
      rpm_limit: 0,
      budget_limits: LIMITS.budget_limits,
      model_rpm_limit: { claude: 1 },
      model_tpm_limit: { claude: 100 },
    });
    expect(changed['model_max_budget']).toHaveProperty('gpt-4');
    await post('/key/update', { key: TEXT, max_budget: null, soft_budget: null, budget_duration: null });
    expect(await infoOf(TEXT)).toMatchObject({ max_budget: null, budget_limits: LIMITS.budget_limits });
    await post('/key/update', { key: TEXT, budget_limits: null, model_max_budget: {} });
    expect(ingress.billing.key(TEXT)?.limits.budgets).toEqual([]);
    expect(await infoOf(TEXT)).toMatchObject({ model_max_budget: {}, budget_reset_at: null });
  });

  it('are held against those that stay as they are', async () => {
    await post('/key/generate', { key: TEXT, ...LIMITS });
    for (const [body, param] of [
      [{ max_budget: 7.99 }, 'max_budget'],
      [{ soft_budget: 10.1 }, 'soft_budget'],
      [{ budget_duration: '1h' }, 'budget_duration'],
      [{ budget_limits: [{ budget_duration: '30d', max_budget: 1 }] }, 'budget_limits'],
    ] as const) {
      const error = await errorOf(await ingress.post('/key/update', { key: TEXT, ...body }));
      expect({ body, ...error }).toMatchObject({ status: 400, param });
    }
    expect((await ingress.post('/key/update', { key: TEXT, max_budget: 8 })).status).toBe(200);
  });

  it('may be in the metadata, as LiteLLM keeps them', async () => {
    await post('/key/generate', {
      key: TEXT,
      metadata: { model_tpm_limit: { a: 5 }, priority: 'batch', x: 1 },
    });
    const key = ingress.billing.key(TEXT);
    expect(key).toMatchObject({ metadata: { x: 1, priority: 'batch' }, policy: { priority: 'batch' } });
    expect(key?.limits.models['a']?.tokensPerMinute).toBe(5);
    expect(await infoOf(TEXT)).toMatchObject({ metadata: { x: 1, model_tpm_limit: { a: 5 } } });
    await post('/key/update', { key: TEXT, metadata: { x: 2 } });
    expect(ingress.billing.key(TEXT)?.policy).toEqual({});
  });

  it('have more room for a time', async () => {
    await post('/key/generate', { key: TEXT, max_budget: 1 });
    await post('/key/update', { key: TEXT, temp_budget_increase: 100, temp_budget_expiry: '10d' });
    const { temporaryIncrease } = ingress.billing.key(TEXT)!.limits;
    expect(temporaryIncrease?.nanos).toBe(100_000_000_000);
    expect(temporaryIncrease!.until - Date.now()).toBeGreaterThan(863_000_000);
    const gone = { key: TEXT, temp_budget_increase: 1, temp_budget_expiry: '2001-01-01' };
    expect(await errorOf(await ingress.post('/key/update', gone))).toMatchObject({
      param: 'temp_budget_expiry',
    });
    await post('/key/update', { key: TEXT, temp_budget_increase: null });
    expect(ingress.billing.key(TEXT)?.limits.temporaryIncrease).toBeNull();
  });

  it('say what happens when a budget has no room', async () => {
    const fields = {
      on_budget_exceeded: 'fallback: local',
      on_stream_overrun: 'finish',
      on_state_down: 'allow',
    };
    expect(await post('/key/generate', { key: TEXT, ...fields })).toMatchObject(fields);
    const policy = {
      overBudget: { action: 'fallback', model: 'local' },
      onStreamOverrun: 'finish',
      onStateDown: 'allow',
    };
    expect(ingress.billing.key(TEXT)?.policy).toEqual(policy);
    const changed = { on_budget_exceeded: 'reject', budget_exceeded_status: 429, on_state_down: null };
    expect(await post('/key/update', { key: TEXT, ...changed })).toMatchObject(changed);
    expect(ingress.billing.key(TEXT)?.policy).toEqual({
      overBudget: { action: 'reject', status: 429 },
      onStreamOverrun: 'finish',
    });
  });
});

describe('a key on a tier', () => {
  it('shows the tier', async () => {
    const budgets = [{ window: '1mo', maxNanos: 3_000_000_000, softNanos: null }];
    const { limits } = ingress.billing.add('budget', 'gold');
    ingress.billing.add('budget', 'gold', { limits: { ...limits, budgets } });
    expect(await post('/key/generate', { key: TEXT, budget_id: 'gold' })).toMatchObject({
      budget_id: 'gold',
      max_budget: null,
      litellm_budget_table: { budget_id: 'gold', max_budget: 3, budget_duration: '1mo' },
    });
  });
});

describe('what a key has spent', () => {
  const counterOf = (window: string | null, model = ''): string => {
    const start = window === null ? 0 : windowStart(window, Date.now());
    return counterName(`key:${digestOf(TEXT).hash}`, window, start, model);
  };

  it('is what it may spend no more of: the counters of the running window', async () => {
    const model_max_budget = { a: { budget_limit: 2, time_period: '1d' } };
    await post('/key/generate', { key: TEXT, max_budget: 5, budget_duration: '1mo', model_max_budget });
    const counter = counterOf('1mo');
    const reading = { counter, spentNanos: 1_500_000_000, dueNanos: 250_000_000, heldNanos: 1 };
    ingress.billing.counters.set(counter, reading);
    ingress.billing.ledger.set(counterOf('1d', 'a'), 500_000_000);
    expect(await infoOf(TEXT)).toMatchObject({
      spend: 1.75,
      model_max_budget_usage: { a: { current_spend: 0.5, budget_limit: 2, time_period: '1d' } },
    });
  });

  it('is all that it ever spent without a window, or without shared state', async () => {
    await post('/key/generate', { key: TEXT, max_budget: 5 });
    const { hash } = digestOf(TEXT);
    ingress.billing.keys.set(hash, { ...ingress.billing.keys.get(hash)!, spendNanos: 3_000_000_000 });
    expect(await infoOf(TEXT)).toMatchObject({ spend: 3 });
    await post('/key/update', { key: TEXT, budget_duration: '1d' });
    expect(await infoOf(TEXT)).toMatchObject({ spend: 0 });
    const counters = () => Promise.reject(new GatewayError('service_unavailable', 'away'));
    Object.assign(ingress.state, { counters });
    expect(await infoOf(TEXT)).toMatchObject({ spend: 3 });
  });
});
