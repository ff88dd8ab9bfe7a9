import { CHAT, errorOf, startIngress, type Harness } from '../_harness.js';

let ingress: Harness;
beforeAll(async () => {
  ingress = await startIngress();
});
afterAll(() => ingress.close());

describe('a parameter of a URL', () => {
  it.each(['/key/info?key=a&key=b', '/spend/logs?user_id=a&user_id=b', '/model/usage?model=a&model=b'])(
    'that is repeated is refused by name: %s',
    async (path) => {
      const param = /\?(\w+)/.exec(path)?.[1];
      expect(await errorOf(await ingress.get(path))).toMatchObject({ status: 400, param });
    },
  );

  it('that is repeated is refused by name of a dry run too', async () => {
    const error = await errorOf(await ingress.post('/router/explain?key=a&key=b', CHAT));
    expect(error).toMatchObject({ status: 400, param: 'key' });
  });
});
