import { findKey } from '@tollgate/contracts';
import { CHAT, VIRTUAL_KEY, errorOf, foundKey, startIngress, type Harness } from '../_harness.js';
import { CACHE } from './_cache.js';

let ingress: Harness;
beforeEach(async () => {
  ingress = await startIngress({ cache: { ...CACHE, namespace: 'blue' } });
});
afterEach(() => ingress.close());

/** The key of a call, and whether its answer was there. */
async function ask(body: object = {}): Promise<{ key: string; outcome: string | null }> {
  const { headers } = await ingress.post('/v1/chat/completions', { ...CHAT, ...body });
  return { key: headers.get('x-litellm-cache-key') ?? '', outcome: headers.get('x-tollgate-cache') };
}

describe('the routes of the cache', () => {
  it('tell that it works', async () => {
    const response = await ingress.get('/cache/ping');
    expect([response.status, await response.json()]).toMatchObject([
      200,
      {
        ...{ status: 'healthy', cache_type: 'local', ping_response: true, set_cache_response: 'success' },
        health_check_cache_params: { ttl: 60, namespace: 'blue', mode: 'default_on' },
      },
    ]);
    expect(await ingress.state.cache.describeTexts()).toMatchObject({ texts: 0 });
    expect(await errorOf(await ingress.get('/cache/redis/info'))).toMatchObject({ status: 400 });
  });

  it('tell that there is none', async () => {
    await ingress.close();
    ingress = await startIngress();
    expect(await errorOf(await ingress.get('/cache/ping'))).toMatchObject({ status: 503 });
  });

  it('drop what is named', async () => {
    const [{ key }, other] = [await ask(), await ask({ temperature: 0 })];
    expect(key).toMatch(/^blue:[\da-f]{64}$/);
    const response = await ingress.post('/cache/delete', { keys: [key, 'nobody'] });
    expect(await response.json()).toEqual({ status: 'success', deleted: 1 });
    expect((await ask()).outcome).toBe('miss');
    expect(await ask({ temperature: 0 })).toEqual({ key: other.key, outcome: 'hit' });
    expect(await errorOf(await ingress.post('/cache/delete', { keys: 'all' }))).toMatchObject({
      status: 400,
      param: 'keys',
    });
  });

  it('drop all, or a namespace', async () => {
    const green = { cache: { namespace: 'green' } };
    await ask();
    await ask(green);
    const flush = async (body: object) => (await ingress.post('/cache/flushall', body)).json();
    expect(await flush({ namespace: 'green' })).toEqual({ status: 'success', deleted: 1 });
    expect([(await ask()).outcome, (await ask(green)).outcome]).toEqual(['hit', 'miss']);
    expect(await flush({})).toEqual({ status: 'success', deleted: 2 });
    expect((await ask()).outcome).toBe('miss');
    const odd = { cache: { namespace: 'grün: %\r\n' } };
    const { key } = await ask(odd);
    expect(await (await ingress.post('/cache/delete', { keys: [key] })).json()).toMatchObject({ deleted: 1 });
    await ask(odd);
    expect(await flush({ namespace: odd.cache.namespace })).toEqual({ status: 'success', deleted: 1 });
  });

  it('are for administrators alone', async () => {
    ingress.bus.reply(findKey, ({ hash }) => foundKey({ hash }));
    const headers = { authorization: `Bearer ${VIRTUAL_KEY}` };
    const answers = [
      await ingress.post('/cache/flushall', {}, headers),
      await ingress.post('/cache/delete', { keys: [] }, headers),
      await ingress.get('/cache/ping', headers),
      await ingress.get('/cache/redis/info', headers),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });
});
