import { findKey } from '@tollgate/contracts';
import { VIRTUAL_KEY, MASTER_KEY, errorOf, keyRecordOf, startIngress, type Harness } from '../_harness.js';

let ingress: Harness;
beforeEach(async () => {
  ingress = await startIngress();
});
afterEach(() => ingress.close());

interface Lists {
  readonly data: readonly { readonly id: string }[];
  readonly models: readonly object[];
}

const json = async (path: string, headers: Record<string, string> = {}): Promise<Lists> =>
  (await ingress.get(path, headers)).json() as Promise<Lists>;
const NAMES = ['chat-default', 'chat-quality', 'openai/*', 'gpt-4'];

describe('the list of models', () => {
  it.each(['/v1/models', '/models'])(
    "is OpenAI's at %s: groups, wildcards and shown aliases",
    async (path) => {
      expect(await json(path)).toEqual({
        object: 'list',
        data: NAMES.map((id) => ({ id, object: 'model', created: 1677610602, owned_by: 'openai' })),
      });
    },
  );

  it("is Anthropic's for Anthropic's SDK", async () => {
    const list = await json('/v1/models', { 'anthropic-version': '2023-06-01', 'x-api-key': MASTER_KEY });
    expect(list).toMatchObject({ has_more: false, first_id: 'chat-default', last_id: 'gpt-4' });
    expect(list.data[0]).toEqual({
      type: 'model',
      id: 'chat-default',
      display_name: 'chat-default',
      created_at: '2023-02-28T18:56:42.000Z',
    });
  });

  it("is Gemini's for Google's SDK", async () => {
    const list = await json('/v1/models', { 'x-goog-api-key': MASTER_KEY });
    expect(list.models[0]).toEqual({
      name: 'models/chat-default',
      displayName: 'chat-default',
      supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens', 'embedContent'],
    });
  });

  it('holds what the key may call and nothing else', async () => {
    ingress.bus.reply(findKey, () => ({
      key: keyRecordOf({ models: ['chat-default', 'openai/gpt-4o'] }),
      spendNanos: 0,
    }));
    const list = await json('/v1/models', { authorization: `Bearer ${VIRTUAL_KEY}` });
    expect(list.data.map(({ id }) => id)).toEqual(['chat-default', 'openai/*', 'gpt-4']);
  });

  it('gives one model by name, slashes and wildcards included', async () => {
    expect(await json('/v1/models/chat-default')).toMatchObject({ id: 'chat-default', object: 'model' });
    expect(await json('/models/openai/gpt-4o')).toMatchObject({ id: 'openai/gpt-4o' });
    expect(await errorOf(await ingress.get('/v1/models/nope'))).toMatchObject({
      status: 404,
      type: 'not_found_error',
      param: 'model',
    });
  });
});
