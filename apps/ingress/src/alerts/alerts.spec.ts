import { GatewayError, findKey, listAlertDeliveries, testAlert, type Alert } from '@tollgate/contracts';
import { VIRTUAL_KEY, errorOf, foundKey, startIngress, type Harness } from '../_harness.js';

let ingress: Harness;
beforeAll(async () => {
  ingress = await startIngress();
});
afterAll(() => ingress.close());

const json = async (path: string): Promise<unknown> => (await ingress.get(path)).json();
const deliveries = [
  {
    destination: 'slack',
    state: 'waiting',
    attempts: 2,
    lastError: 'refused',
    nextAt: 1_000,
    deliveredAt: null,
  },
] as const;
const alertOf = (number: number): Alert => ({
  id: `a|${number}`,
  type: 'budget_alerts',
  message: 'text',
  at: number,
  details: {},
});

describe('GET /alerts', () => {
  it('gives pages, each with what became of its alerts', async () => {
    ingress.bus.reply(listAlertDeliveries, ({ before, limit }) => ({
      alerts: [5, 4, 3, 2, 1]
        .filter((number) => number < (before?.at ?? Infinity))
        .slice(0, limit)
        .map((number) => ({ ...alertOf(number), deliveries: [...deliveries] })),
    }));
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = (await json(`/alerts?limit=2&type=budget_alerts&cursor=${cursor}`)) as {
        alerts: { id: string }[];
        next_cursor: string | null;
      };
      expect(page.alerts[0]).toMatchObject({
        type: 'budget_alerts',
        deliveries: [
          {
            destination: 'slack',
            state: 'waiting',
            attempts: 2,
            last_error: 'refused',
            next_at: '1970-01-01T00:00:01.000Z',
            delivered_at: null,
          },
        ],
      });
      ids.push(...page.alerts.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(ids).toEqual(['a|5', 'a|4', 'a|3', 'a|2', 'a|1']);
    expect(ingress.bus.asked.at(-1)?.payload).toMatchObject({ before: { at: 2, id: 'a|2' }, limit: 3 });
  });

  it.each(['cursor=nonsense', 'limit=0', 'limit=9999', 'type=unknown', 'colour=red'])(
    'refuses %s by name',
    async (query) => {
      const error = await errorOf(await ingress.get(`/alerts?${query}`));
      expect(error).toMatchObject({ status: 400, param: query.split('=')[0] });
    },
  );

  it('is not for virtual keys', async () => {
    ingress.bus.reply(findKey, () => foundKey());
    const response = await ingress.get('/alerts', { authorization: `Bearer ${VIRTUAL_KEY}` });
    expect(response.status).toBe(401);
  });
});

describe('GET /health/services', () => {
  it('tells that a test alert was accepted', async () => {
    ingress.bus.reply(testAlert, () => ({ results: [{ destination: 'slack', error: null }] }));
    expect(await json('/health/services?service=slack')).toMatchObject({ status: 'success' });
    expect(ingress.bus.asked.at(-1)?.payload).toEqual({ service: 'slack' });
  });

  it('tells why it was not', async () => {
    ingress.bus.reply(testAlert, () => ({
      results: [{ destination: 'email', error: 'mail server: ECONNECTION' }],
    }));
    expect(await json('/health/services?service=email')).toMatchObject({
      status: 'unhealthy',
      message: 'The test alert did not arrive: email mail server: ECONNECTION',
    });
  });

  it('refuses what leads nowhere', async () => {
    ingress.bus.reply(testAlert, () => {
      throw new GatewayError('invalid_request', `'webhook' is not among general_settings.alerting`, {
        param: 'service',
      });
    });
    const error = await errorOf(await ingress.get('/health/services?service=webhook'));
    expect(error).toMatchObject({ status: 400, param: 'service' });
    expect(await errorOf(await ingress.get('/health/services?service=fax'))).toMatchObject({ status: 400 });
  });
});
