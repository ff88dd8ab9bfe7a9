import { GROUP_DEFAULTS } from '@tollgate/config';
import { modelUsage } from '@tollgate/contracts';
import { errorOf, startIngress, type Harness } from '../_harness.js';

let ingress: Harness;
beforeAll(async () => {
  const deprecated = { since: 0, sunset: null, use: 'chat-quality' };
  const groups = new Map([['chat-default', { ...GROUP_DEFAULTS, deprecated }]]);
  ingress = await startIngress({}, { router: { groups } });
  const row = { keyHash: 'hash', keyAlias: 'batch', teamId: 'research', calls: 7, spendNanos: 1_500_000_000 };
  ingress.bus.reply(modelUsage, () => ({ keys: [{ ...row, lastCallAt: 1_000 }] }));
});
afterAll(() => ingress.close());

describe('GET /model/usage', () => {
  it('tells which keys still ask for a name, and what becomes of it', async () => {
    const response = await ingress.get('/model/usage?model=chat-default&days=7');
    const body = (await response.json()) as { since: string };
    expect(body).toMatchObject({
      model: 'chat-default',
      deprecated: { since: '1970-01-01T00:00:00.000Z', sunset: null, use: 'chat-quality' },
      keys: [
        {
          token: 'hash',
          key_alias: 'batch',
          team_id: 'research',
          calls: 7,
          spend: 1.5,
          last_used_at: '1970-01-01T00:00:01.000Z',
        },
      ],
    });
    const days = (Date.now() - Date.parse(body.since)) / 86_400_000;
    expect(days).toBeCloseTo(7, 3);
    expect(ingress.bus.asked.at(-1)?.payload).toMatchObject({ model: 'chat-default', limit: 1_000 });
  });

  it('looks back 30 days, at names of any kind', async () => {
    const response = await ingress.get('/model/usage?model=long-gone');
    const body = (await response.json()) as { since: string };
    expect(body).toMatchObject({ model: 'long-gone', deprecated: null });
    expect((Date.now() - Date.parse(body.since)) / 86_400_000).toBeCloseTo(30, 3);
  });

  it.each([
    ['/model/usage', 'model'],
    ['/model/usage?model=', 'model'],
    ['/model/usage?model=x&days=0', 'days'],
    ['/model/usage?model=x&days=400', 'days'],
  ])('refuses %s', async (path, param) => {
    expect(await errorOf(await ingress.get(path))).toMatchObject({ status: 400, param });
  });
});
