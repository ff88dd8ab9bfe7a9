import { request } from 'node:http';
import type { PassThrough } from '@tollgate/config';
import { MASTER_KEY, startIngress, type Harness } from '../_harness.js';

const endpoint = (own: Partial<PassThrough>): PassThrough => ({
  path: '/search',
  target: 'http://target',
  includeSubpath: true,
  forwardHeaders: false,
  headers: {},
  queryDefaults: {},
  methods: null,
  requestNanos: 0,
  ...own,
});

describe('configured endpoints', () => {
  let ingress: Harness;
  beforeEach(async () => {
    const passThroughs = [
      endpoint({ queryDefaults: { version: '1', 'a b': '&' } }),
      endpoint({ path: '/exact', includeSubpath: false, forwardHeaders: true, methods: new Set(['POST']) }),
      endpoint({ path: '/v1/rerank' }),
    ];
    ingress = await startIngress({ passThroughs });
  });
  afterEach(() => ingress.close());

  /** As written: `fetch` would tidy the path up. */
  const ask = (method: string, path: string, body = '', own: Record<string, string> = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${MASTER_KEY}`, ...own };
      const { hostname, port } = new URL(ingress.url);
      request({ hostname, port, method, path, headers }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode!));
      })
        .on('error', reject)
        .end(body);
    });

  it.each([
    ['GET', '/search', '?version=1&a+b=%26'],
    ['GET', '/search/', '/?version=1&a+b=%26'],
    ['DELETE', '/search/deep/er%2F?q=%20x&version=2', '/deep/er%2F?q=%20x&version=2&a+b=%26'],
    ['POST', '/v1/rerank', ''],
  ])('%s %s goes to its target as it is', async (method, path, expected) => {
    expect(await ask(method, path, method === 'POST' ? 'not json' : '', { 'content-type': 'text/x' })).toBe(
      200,
    );
    expect(ingress.bus.calls[0]?.header).toMatchObject({
      dialect: 'native',
      native: { provider: 'pass_through', method, path: expected },
      deterministic: true,
    });
    expect(ingress.bus.calls[0]?.body).toBe(method === 'POST' ? 'not json' : '');
  });

  it('gets those headers that are meant for it, or all but credentials', async () => {
    const headers = { 'x-pass-anthropic-beta': 'new', 'x-own': '1', 'x-api-key': 'sk-1', cookie: 'a=b' };
    await ask('GET', '/search', '', headers);
    await ask('POST', '/exact', '{}', headers);
    const [some, all] = ingress.bus.calls.map(({ header }) => header.headers);
    expect(some).toEqual({ 'anthropic-beta': 'new' });
    expect(all).toMatchObject({ 'anthropic-beta': 'new', 'x-own': '1' });
    expect(JSON.stringify(all)).not.toMatch(/sk-|a=b|x-pass/);
  });

  it('never gets the gateway’s key, wherever a client has put a copy', async () => {
    const copies = { 'x-my-token': `Token ${MASTER_KEY}`, 'x-pass-token': MASTER_KEY };
    await ask('POST', `/exact?key=${MASTER_KEY}&a=1`, '{}', copies);
    await ask('GET', '/openai/v1/models', '', copies);
    expect(ingress.bus.calls.map(({ header }) => header.native?.path)).toEqual(['?a=1', '/v1/models']);
    expect(JSON.stringify(ingress.bus.calls.map(({ header }) => header.headers))).not.toContain(MASTER_KEY);
  });

  it('keeps to its path, its methods and its callers', async () => {
    expect([
      await ask('GET', '/search/../keys'),
      await ask('GET', '/search/%2E%2e/keys'),
      await ask('GET', '/search/..%2fkeys'),
      await ask('GET', '/search/a%5c..\\..\\keys'),
      await ask('GET', '/search/..;/keys'),
      await ask('GET', '/search/%252e%252e/keys'),
      await ask('GET', '/openai/v1/files/%2e%2e/keys'),
      await ask('GET', '/exact', ''),
      await ask('POST', '/exact/below', '{}'),
      await ask('GET', '/search', '', { authorization: '' }),
      await ask('GET', '/pass-through/exact/none'),
    ]).toEqual([400, 400, 400, 400, 400, 400, 400, 405, 404, 401, 404]);
    expect(ingress.bus.calls).toEqual([]);
  });
});
