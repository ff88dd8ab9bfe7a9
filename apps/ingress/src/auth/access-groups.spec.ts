import { findEntries, findKey } from '@tollgate/contracts';
import { CHAT, VIRTUAL_KEY, foundKey } from '../_harness.js';
import { startAdmin, type AdminStage } from '../admin/_admin-stage.js';
import { AccessGroups } from './access-groups.js';

let ingress: AdminStage;
beforeEach(async () => {
  ingress = await startAdmin();
  ingress.billing.add('access_group', 'frugal', { models: ['chat-default', 'chat-quality'] });
  ingress.billing.add('access_group', 'empty');
});
afterEach(() => ingress.close());

const expand = (models: string[]): Promise<string[]> => ingress.app.get(AccessGroups).expand(models);

it('a group stands for its models, and keeps its name', async () => {
  expect(await expand(['frugal', 'other'])).toEqual(['frugal', 'other', 'chat-default', 'chat-quality']);
  expect(await expand(['empty'])).toEqual(['empty']);
});

it('what is a model, a pattern or a word of LiteLLM is asked of nobody', async () => {
  ingress.billing.add('access_group', 'chat-default', { models: ['dear'] });
  const models = ['chat-default', 'gpt-4', 'openai/*', 'all-proxy-models'];
  expect(await expand(models)).toEqual(models);
  expect(ingress.bus.asked.filter(({ subject }) => subject === findEntries.subject)).toEqual([]);
});

it('a key that names a group calls its models and no other', async () => {
  ingress.bus.reply(findKey, () => foundKey({ models: ['frugal'] }));
  const as = { authorization: `Bearer ${VIRTUAL_KEY}` };
  const statusOf = async (model: string): Promise<number> =>
    (await ingress.post('/v1/chat/completions', { ...CHAT, model }, as)).status;
  expect([await statusOf('chat-default'), await statusOf('openai/x')]).toEqual([200, 403]);
});
