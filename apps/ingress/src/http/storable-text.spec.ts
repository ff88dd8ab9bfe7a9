import { createKey, deleteKeys } from '@tollgate/contracts';
import { errorOf, startIngress, type Harness } from '../_harness.js';
import { checkStorable } from './storable-text.js';

let ingress: Harness;
beforeAll(async () => {
  ingress = await startIngress();
});
afterAll(() => ingress.close());
beforeEach(() => {
  ingress.bus.asked.length = 0;
});

describe('text that cannot be stored', () => {
  it.each([
    ['/key/generate', { key_alias: 'a\0' }, 'key_alias'],
    ['/key/generate', { models: ['chat', '\ud800'] }, 'models.1'],
    ['/key/generate', { metadata: { tags: ['fine', { deep: '\udfff' }] } }, 'metadata.tags.1.deep'],
    ['/key/generate', { metadata: { '\ud800': 1 } }, 'metadata'],
    ['/key/generate', { '\0': 1 }, 'request_body'],
    ['/key/delete', { key_aliases: ['a\0'] }, 'key_aliases.0'],
  ])('in the body of %s %j is refused by name', async (path, body, param) => {
    expect(await errorOf(await ingress.post(path, body))).toMatchObject({
      ...{ status: 400, type: 'invalid_request_error', param },
      message: expect.stringContaining(`'${param}' has a NUL character`) as string,
    });
    expect(ingress.bus.asked).toEqual([]);
  });

  it.each([
    ['/key/info?key=%00', 'key'],
    ['/spend/logs?request_id=a%00', 'request_id'],
    ['/spend/logs?user_id=%00b', 'user_id'],
    ['/model/usage?model=a%00b', 'model'],
    ['/v1/models/a%00b', 'path'],
  ])('in the URL %s is refused by name', async (path, param) => {
    expect(await errorOf(await ingress.get(path))).toMatchObject({ status: 400, param });
    expect(ingress.bus.asked).toEqual([]);
  });

  it('is looked for at any depth without recursion', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(5_000)}"\\u0000"${']'.repeat(5_000)}`);
    expect(() => checkStorable(deep as object)).toThrow('NUL character');
  });

  it('is not what looks like it', async () => {
    ingress.bus.reply(createKey, () => {
      throw new Error('asked');
    });
    ingress.bus.reply(deleteKeys, () => ({ deleted: [] }));
    expect((await ingress.post('/key/delete', { key_aliases: ['\\u0000 😀 %00'] })).status).toBe(404);
    expect((await ingress.get('/v1/models/a%2500b')).status).toBe(404);
  });
});
