import { windowStart } from '@tollgate/config';
import { NO_LIMITS, counterName, findScopes, type ScopeKind } from '@tollgate/contracts';
import { errorOf } from '../_harness.js';
import { startAdmin, type AdminStage } from '../admin/_admin-stage.js';
import { digestOf } from '../auth/key-digests.js';

const TEXT = 'sk-of-nobody-0123456789abcdef';
const { hash } = digestOf(TEXT);
const budget = (window: string | null, dollars: number) => ({
  window,
  maxNanos: dollars * 1e9,
  softNanos: null,
});

let ingress: AdminStage;
beforeEach(async () => {
  ingress = await startAdmin();
  const { billing } = ingress;
  billing.add('team', 'red', { alias: 'Red', limits: { ...NO_LIMITS, budgets: [budget('1mo', 100)] } });
  billing.add('tag', 'batch', { blocked: true, budgetId: 'gold' });
  billing.addUser('ada', { user_role: 'internal_user' });
  billing.join('team', 'red', 'ada', 'user');
  const models = { 'gpt-*': { ...NO_LIMITS, budgets: [budget(null, 2)] } };
  billing.addKey(TEXT, {
    ...{ alias: 'mine', teamId: 'red', userId: 'ada', metadata: { tags: ['batch'] } },
    limits: { ...NO_LIMITS, requestsPerMinute: 7, budgets: [budget('1d', 5)], models },
  });
  ingress.bus.reply(findScopes, ({ scopes }) => ({
    scopes: scopes.flatMap(({ kind, id }) => {
      const limits = LIMITS[kind] ?? NO_LIMITS;
      return [
        { kind, id, alias: null, blocked: kind === 'tag', models: [], metadata: {}, changedAt: 0, limits },
      ];
    }),
  }));
});
afterEach(() => ingress.close());

const LIMITS: Partial<Record<ScopeKind, typeof NO_LIMITS>> = {
  team: { ...NO_LIMITS, budgets: [budget('1mo', 100)] },
  member: { ...NO_LIMITS, budgets: [budget(null, 3)] },
  tag: { ...NO_LIMITS, tokensPerMinute: 9 },
};

const explain = async (body: object): Promise<{ limits: Record<string, unknown>[] }> =>
  (await (await ingress.post('/key/explain', body)).json()) as { limits: Record<string, unknown>[] };

it('every limit that binds a key is listed, with where it stands and whence it comes', async () => {
  const month = windowStart('1mo', Date.now());
  const ofTeam = counterName('team:red', '1mo', month);
  ingress.billing.counters.set(ofTeam, { counter: ofTeam, spentNanos: 4e9, dueNanos: 1e9, heldNanos: 5e8 });
  ingress.billing.ledger.set(counterName(`key:${hash}`, '1d', windowStart('1d', Date.now())), 1e9);
  const answer = await explain({ key: TEXT });
  expect(answer).toMatchObject({ key: hash, key_alias: 'mine', blocked_by: ['tag:batch'] });
  const team = answer.limits.find(({ scope }) => scope === 'team:red');
  expect(team).toMatchObject({
    ...{ limit: 'budget', window: '1mo', max: 100, used: 4, due: 1, held: 0.5, left: 94.5, source: 'own' },
  });
  expect(new Date(team?.['resets_at'] as string).getUTCDate()).toBe(1);
  const own = answer.limits.filter(({ scope }) => scope === `key:${hash}`);
  expect(own).toMatchObject([
    { limit: 'requests_per_minute', window: '1m', max: 7, source: 'own' },
    { limit: 'budget', window: '1d', max: 5, used: 1, left: 4 },
    { limit: 'budget', window: null, model: 'gpt-*', max: 2, used: 0, resets_at: null },
  ]);
  expect(answer.limits).toContainEqual(
    expect.objectContaining({ scope: 'member:red:ada', max: 3, source: 'team' }),
  );
  expect(answer.limits).toContainEqual(
    expect.objectContaining({ scope: 'tag:batch', limit: 'tokens_per_minute', max: 9, source: 'tier' }),
  );
});

it('those of one model, one customer and some tags', async () => {
  const forModel = await explain({ key: TEXT, model: 'claude' });
  expect(forModel.limits.filter(({ model }) => model === 'gpt-*')).toEqual([]);
  expect((await explain({ key: TEXT, model: 'gpt-4' })).limits.map(({ model }) => model)).toContain('gpt-*');
  const tagged = await explain({ key: TEXT, tags: ['night'] });
  expect(tagged.limits.map(({ scope }) => scope)).toContain('tag:night');
});

it('a temporary increase is more room', async () => {
  const limits = { ...NO_LIMITS, budgets: [budget(null, 1)] };
  const temporaryIncrease = { nanos: 2e9, until: Date.now() + 60_000 };
  ingress.billing.addKey(TEXT, { limits: { ...limits, temporaryIncrease } });
  expect((await explain({ key: TEXT })).limits).toMatchObject([{ max: 3, left: 3 }]);
});

it('is told to those who may see the key', async () => {
  const stranger = ingress.billing.addUser('bob', { user_role: 'internal_user' });
  expect(await errorOf(await ingress.post('/key/explain', { key: TEXT }, stranger))).toMatchObject({
    status: 403,
  });
  const own = await ingress.post('/key/explain', {}, { authorization: `Bearer ${TEXT}` });
  expect(await own.json()).toMatchObject({ key: hash });
  expect(await errorOf(await ingress.post('/key/explain', { kye: TEXT }))).toMatchObject({
    status: 400,
    param: 'kye',
  });
  expect(await errorOf(await ingress.post('/key/explain', {}))).toMatchObject({
    status: 400,
    param: 'key',
    message: "'key' is required: no limits bind the master key",
  });
});
