import { GROUP_DEFAULTS, type Deprecation } from '@tollgate/config';
import { findKey } from '@tollgate/contracts';
import { metricsText } from '@tollgate/observability';
import { CHAT, VIRTUAL_KEY, errorOf, startIngress, type Harness, foundKey } from '../_harness.js';

const SINCE = Date.UTC(2026, 0, 1);
const TOMORROW = Date.now() + 86_400_000;
const YESTERDAY = Date.now() - 86_400_000;

let ingress: Harness;
const start = async (deprecated: Record<string, Partial<Deprecation>>): Promise<void> => {
  const groups = Object.entries(deprecated).map(([name, change]) => {
    const deprecation = { since: SINCE, sunset: null, use: null, ...change };
    return [name, { ...GROUP_DEFAULTS, deprecated: deprecation }] as const;
  });
  ingress = await startIngress({}, { router: { groups: new Map(groups) } });
};
afterEach(() => ingress.close());

const call = (model: string, headers: Record<string, string> = {}): Promise<Response> =>
  ingress.post('/v1/chat/completions', { ...CHAT, model }, headers);
const listed = async (): Promise<string[]> => {
  const { data } = (await (await ingress.get('/v1/models')).json()) as { data: { id: string }[] };
  return data.map(({ id }) => id);
};

describe('a deprecated name', () => {
  it('works until its sunset, and every answer says when that is and what to use', async () => {
    await start({ 'chat-default': { sunset: TOMORROW, use: 'openai/gpt 5' } });
    const response = await call('chat-default');
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      deprecation: `@${SINCE / 1_000}`,
      sunset: new Date(TOMORROW).toUTCString(),
      link: '</v1/models/openai/gpt%205>; rel="successor-version"',
    });
    expect(await listed()).toContain('chat-default');
    const refused = await ingress.post('/v1/chat/completions', { ...CHAT, timeout: -1 });
    expect(refused.headers.get('deprecation')).toBe(`@${SINCE / 1_000}`);
  });

  it('without dates is deprecated all the same', async () => {
    await start({ 'chat-default': { since: null } });
    const { headers } = await call('chat-default');
    expect(headers.get('deprecation')).toBe('@0');
    expect(headers.get('sunset')).toBeNull();
    expect(headers.get('link')).toBeNull();
  });

  it('says nothing to those who ask for another', async () => {
    await start({ 'chat-default': {} });
    expect((await call('chat-quality')).headers.get('deprecation')).toBeNull();
  });

  it('is refused after its sunset, naming its successor, and no longer listed', async () => {
    await start({ 'chat-default': { sunset: YESTERDAY, use: 'chat-quality' } });
    const response = await call('chat-default');
    expect(response.headers.get('link')).toContain('/v1/models/chat-quality');
    const error = await errorOf(response);
    expect(error).toMatchObject({ status: 410, type: 'invalid_request_error', param: 'model', code: '410' });
    expect(error['message']).toContain("Use 'chat-quality' instead");
    expect(ingress.bus.calls).toHaveLength(0);
    expect(await listed()).toEqual(['chat-quality', 'openai/*']);
    expect((await ingress.get('/v1/models/chat-default')).status).toBe(404);
  });

  it.each([
    ['an alias, by itself', 'gpt-4', 'gpt-4'],
    ['a group, by its alias', 'chat-default', 'gpt-4'],
    ['a wildcard, by what it lets through', 'openai/*', 'openai/gpt-4o'],
  ])('may be %s', async (_what, deprecated, asked) => {
    await start({ [deprecated]: {} });
    expect((await call(asked)).headers.get('deprecation')).toBe(`@${SINCE / 1_000}`);
  });

  it('that is an alias leaves its group alone', async () => {
    await start({ 'gpt-4': { sunset: YESTERDAY } });
    expect((await call('gpt-4')).status).toBe(410);
    expect((await call('chat-default')).headers.get('deprecation')).toBeNull();
  });

  it('is not met by a key whose alias leads past it', async () => {
    await start({ 'chat-default': { sunset: YESTERDAY } });
    const routing = { aliases: { 'chat-default': 'chat-quality' } };
    ingress.bus.reply(findKey, () => foundKey({ routing }));
    const response = await call('chat-default', { authorization: `Bearer ${VIRTUAL_KEY}` });
    expect(response.status).toBe(200);
  });

  it('is counted by the name that the config has', async () => {
    await start({ 'openai/*': {} });
    await call('openai/gpt-4o-mini');
    expect(await metricsText()).toMatch(/deprecated_model_calls_total\{model="openai\/\*"\} [1-9]/);
  });

  it('speaks to an Anthropic client in its own dialect', async () => {
    await start({ 'chat-default': { sunset: YESTERDAY } });
    const response = await ingress.post('/v1/messages', CHAT);
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
  });
});
