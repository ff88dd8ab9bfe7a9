import { GatewayError, createKey, deleteKeys, findEntries, findKey } from '@tollgate/contracts';
import { MASTER_KEY, VIRTUAL_KEY, errorOf, startIngress, type Harness, foundKey } from '../_harness.js';
import { digestOf } from '../auth/key-digests.js';
import { expiryOf } from './key-duration.js';

let ingress: Harness;
beforeEach(async () => {
  ingress = await startIngress();
  ingress.bus.reply(findEntries, () => ({ entries: [] }));
  ingress.bus.reply(createKey, ({ key, actor }) => ({
    ...key,
    createdAt: 1,
    createdBy: actor.userId ?? '',
    updatedAt: 1,
    updatedBy: '',
  }));
});
afterEach(() => ingress.close());

const generate = async (body: unknown): Promise<{ key: string; expires: string }> =>
  (await ingress.post('/key/generate', body)).json() as Promise<{ key: string; expires: string }>;

describe('POST /key/generate', () => {
  it('makes a key and tells it once, billing only its hash', async () => {
    const answer = await generate({
      key_alias: 'summariser',
      models: ['chat-default'],
      duration: '1h',
      user_id: 'ada',
      team_id: 'research',
      metadata: { tags: ['a'] },
      rpm_limit: 10,
      tpm_limit: 1000,
      max_parallel_requests: 2,
      max_budget: null,
      aliases: {},
      blocked: false,
    });
    expect(answer.key).toMatch(/^sk-[\w-]{22,}$/);
    const { hash } = digestOf(answer.key);
    expect(answer).toMatchObject({
      token: hash,
      token_id: hash,
      key_name: `sk-...${answer.key.slice(-4)}`,
      key_alias: 'summariser',
      models: ['chat-default'],
      user_id: 'ada',
      team_id: 'research',
      metadata: { tags: ['a'] },
      rpm_limit: 10,
      tpm_limit: 1000,
      max_parallel_requests: 2,
    });
    expect(Date.parse(answer.expires) - Date.now()).toBeGreaterThan(3_590_000);
    expect(ingress.bus.asked[0]?.payload).toMatchObject({
      actor: { userId: 'default_user_id', role: 'proxy_admin' },
      key: { hash, alias: 'summariser', limits: { requestsPerMinute: 10 } },
    });
    expect(JSON.stringify(ingress.bus.asked)).not.toContain(answer.key);
  });

  it('takes an empty body', async () => {
    const response = await fetch(`${ingress.url}/key/generate`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-master-0123456789abcdef' },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ expires: null, models: [], key_alias: null });
  });

  it("takes the admin's own key if it looks like one", async () => {
    const own = 'sk-of-my-own-making-123';
    expect(await generate({ key: own })).toMatchObject({ key: own, token: digestOf(own).hash });
    const error = await errorOf(await ingress.post('/key/generate', { key: 'mine' }));
    expect(error).toMatchObject({ status: 400, param: 'key' });
  });

  it.each([
    [{ max_budget: -10 }, 'max_budget'],
    [{ max_budget: 'ten' }, 'max_budget'],
    [{ max_budget: 4e-10 }, 'max_budget'],
    [{ max_budget: 5, soft_budget: 5.01 }, 'soft_budget'],
    [
      { budget_limits: [{ budget_duration: '1d', max_budget: 1, soft_budget: 2 }] },
      'budget_limits.0.soft_budget',
    ],
    [
      {
        budget_limits: [
          { budget_duration: '1d', max_budget: 1 },
          { budget_duration: '1d', max_budget: 2 },
        ],
      },
      'budget_limits',
    ],
    [
      { max_budget: 1, budget_duration: '1d', budget_limits: [{ budget_duration: '1d', max_budget: 2 }] },
      'budget_limits',
    ],
    [{ budget_duration: '1y' }, 'budget_duration'],
    [{ budget_limits: [{ budget_duration: '1d' }] }, 'budget_limits.0.max_budget'],
    [{ model_max_budget: { a: { limit: 1 } } }, 'model_max_budget.a.limit'],
    [{ temp_budget_increase: 5 }, 'temp_budget_expiry'],
    [{ on_budget_exceeded: 'wait' }, 'on_budget_exceeded'],
    [{ on_budget_exceeded: 'throttle', budget_exceeded_status: 429 }, 'budget_exceeded_status'],
    [{ budget_exceeded_status: 500 }, 'budget_exceeded_status'],
    [{ blocked: 'yes' }, 'blocked'],
    [{ allowed_routes: ['nonsense'] }, 'allowed_routes.0'],
    [{ key_type: 'any' }, 'key_type'],
    [{ auto_rotate: true }, 'auto_rotate'],
    [{ metadata: { guardrails: { pii: true } } }, 'metadata.guardrails'],
    [{ metadata: { text: 'x'.repeat(20_000) } }, 'metadata'],
    [{ tags: 'a' }, 'tags'],
    [{ guardrails: 'pii' }, 'guardrails'],
    [{ rpm_limit: -1 }, 'rpm_limit'],
    [{ models: 'chat-default' }, 'models'],
    [{ duration: 'soon' }, 'duration'],
    [{ key_alais: 'typo' }, 'key_alais'],
  ])('refuses %j by name', async (body, param) => {
    const error = await errorOf(await ingress.post('/key/generate', body));
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', param });
    expect(error['message']).toContain(param);
  });

  it.each([
    [{ max_budget: 'ten' }, `'max_budget' must be an amount of dollars, like 12.5 or "0.0005"`],
    [{ max_budget: {} }, `'max_budget' must be an amount of dollars, like 12.5 or "0.0005"`],
    [
      { max_budget: '0.0000000004' },
      "'max_budget' must be 0 or at least 0.000000001: less than a nano-dollar cannot be counted",
    ],
    [{ budget_limits: 'none' }, `'budget_limits' must be a list of {"budget_duration", "max_budget"}`],
    [
      { on_budget_exceeded: 'wait' },
      `'on_budget_exceeded' must be "reject", "throttle" or "fallback: <model>"`,
    ],
    [{ key_alias: 'x'.repeat(257) }, "'key_alias' is longer than 256 characters"],
    [{ user_id: 7 }, "'user_id' must be a text"],
  ])('says what is expected instead of %j', async (body, message) => {
    expect(await errorOf(await ingress.post('/key/generate', body))).toMatchObject({ status: 400, message });
  });

  it.each(['/key/generate', '/key/regenerate'])('takes no master key at %s', async (path) => {
    const param = path === '/key/generate' ? 'key' : 'new_key';
    ingress.bus.reply(findKey, () => foundKey());
    const error = await errorOf(await ingress.post(path, { key: VIRTUAL_KEY, [param]: MASTER_KEY }));
    expect(error).toMatchObject({ status: 400, param, message: `'${param}' must not be the master key` });
  });

  it('names the field that was probably meant', async () => {
    const error = await errorOf(await ingress.post('/key/generate', { max_bugdet: 1 }));
    expect(error['message']).toBe("'max_bugdet' is not a field of keys; did you mean max_budget?");
  });

  it("passes billing's refusal of an alias on", async () => {
    ingress.bus.reply(createKey, () => {
      throw new GatewayError('invalid_request', "Key with alias 'x' already exists", { param: 'key_alias' });
    });
    const error = await errorOf(await ingress.post('/key/generate', { key_alias: 'x' }));
    expect(error).toMatchObject({ status: 400, param: 'key_alias' });
  });
});

describe('GET /key/info', () => {
  const found = { ...foundKey({ alias: 'mine' }), spendNanos: 1_500_000_000 };
  const asVirtual = { authorization: `Bearer ${VIRTUAL_KEY}` };

  it.each([VIRTUAL_KEY, digestOf(VIRTUAL_KEY).hash])('finds by key or hash', async (key) => {
    ingress.bus.reply(findKey, ({ hash }) => (hash === found.key.hash ? found : null));
    const response = await ingress.get(`/key/info?key=${key}`);
    const body = (await response.json()) as { key: string; info: Record<string, unknown> };
    expect(body.key).toBe(found.key.hash);
    expect(body.info).toMatchObject({ key_alias: 'mine', spend: 1.5, expires: null });
    expect(body.info).not.toHaveProperty('token');
  });

  it('shows a virtual key itself, and no other', async () => {
    ingress.bus.reply(findKey, ({ hash }) => (hash === found.key.hash ? found : foundKey({ hash })));
    expect((await ingress.get('/key/info', asVirtual)).status).toBe(200);
    expect((await ingress.get(`/key/info?key=${'0'.repeat(64)}`, asVirtual)).status).toBe(403);
  });

  it('answers 404 for an unknown key', async () => {
    ingress.bus.reply(findKey, () => null);
    expect(await errorOf(await ingress.get('/key/info?key=sk-unknown'))).toMatchObject({ status: 404 });
  });
});

describe('POST /key/delete', () => {
  it('deletes by key, hash and alias, and forgets the record at once', async () => {
    ingress.bus.reply(findKey, () => foundKey());
    const asVirtual = { authorization: `Bearer ${VIRTUAL_KEY}` };
    expect((await ingress.get('/v1/models', asVirtual)).status).toBe(200);
    const { hash } = digestOf(VIRTUAL_KEY);
    ingress.bus.reply(deleteKeys, ({ hashes, aliases }) => {
      expect({ hashes, aliases }).toEqual({ hashes: [hash], aliases: ['old'] });
      return { deleted: [hash] };
    });
    ingress.bus.reply(findKey, () => null);
    const response = await ingress.post('/key/delete', { keys: [VIRTUAL_KEY], key_aliases: ['old'] });
    expect(await response.json()).toEqual({ deleted_keys: [hash] });
    expect((await ingress.get('/v1/models', asVirtual)).status).toBe(401);
  });

  it('asks for something to delete, and says when there was nothing', async () => {
    expect(await errorOf(await ingress.post('/key/delete', {}))).toMatchObject({
      status: 400,
      param: 'keys',
    });
    ingress.bus.reply(deleteKeys, () => ({ deleted: [] }));
    expect((await ingress.post('/key/delete', { keys: ['sk-x'] })).status).toBe(404);
  });
});

describe('durations', () => {
  const now = Date.UTC(2026, 0, 31, 12);
  it.each([
    ['30s', 30_000],
    ['30m', 1_800_000],
    ['30h', 108_000_000],
    ['30d', 2_592_000_000],
  ])('%s', (text, ms) => {
    expect(expiryOf(text, now)).toBe(now + ms);
  });

  it('counts calendar months, and ends on the last day of a shorter one', () => {
    expect(expiryOf('1mo', now)).toBe(Date.UTC(2026, 1, 28, 12));
  });

  it.each([null, '-1'])('%s is never', (text) => {
    expect(expiryOf(text, now)).toBeNull();
  });
});
