import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, startGateway, type Gateway } from '@tollgate/testing';
import { MASTER_KEY, SEED_VARIABLES } from './_seed.js';
import { BEDROCK_PATHS } from './feature-lag/bedrock-paths.js';
import { CHAT_PATHS } from './feature-lag/chat-paths.js';
import { MODEL, STREAM, groupOf, upstreamName, type LagPath } from './feature-lag/lag-path.js';
import { NATIVE_PATHS, nativeVariables } from './feature-lag/native-paths.js';
import { OTHER_PATHS } from './feature-lag/other-paths.js';
import { startRawProvider, type RawProvider } from './feature-lag/raw-provider.js';

const MODEL_PATHS = [...CHAT_PATHS, ...OTHER_PATHS, ...BEDROCK_PATHS];
const PATHS = [...MODEL_PATHS, ...NATIVE_PATHS];

const configFor = ({ url }: RawProvider): object => ({
  model_list: MODEL_PATHS.map((path) => ({
    model_name: groupOf(path),
    litellm_params: { model: path.model, api_base: url + (path.base ?? ''), api_key: 'os.environ/LAB_KEY' },
  })),
  router_settings: { num_retries: 0 },
});

/** The text of all code that Tollgate is made of. */
const codeOf = (folder: string): string =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\/src(?:\/|$)/.test(entry.parentPath) && entry.name.endsWith('.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');

/** Nobody here has heard of zorbles: what providers invent tomorrow reaches their callers tomorrow. */
describe('what exists nowhere in Tollgate', () => {
  let provider: RawProvider;
  let gateway: Gateway<'standalone'>;

  beforeAll(async () => {
    provider = await startRawProvider();
    const env = { ...SEED_VARIABLES, ...nativeVariables(provider.url) };
    gateway = await startGateway({ mode: 'embedded', config: configFor(provider), env });
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await provider.close();
  });

  /** Sends a request through the gateway; the answer must be the one that the provider gives. */
  async function comesThrough(path: LagPath, isStream: boolean): Promise<void> {
    const as = (text: string, model: string): string =>
      text
        .replaceAll(MODEL, model)
        .replace(STREAM, isStream ? (path.asksStream ?? '') : (path.asksWhole ?? '"stream":false,'));
    const told = (isStream ? path.stream : path.answer) ?? '';
    const type =
      (isStream ? (path.streamType ?? 'text/event-stream') : path.answerType) ?? 'application/json';
    const words = as(told, upstreamName(path));
    const wrapped = isStream ? path.wrapping : undefined;
    const body = wrapped?.wrap(words) ?? Buffer.from(words);
    provider.answerWith({ contentType: wrapped?.type ?? type, body });
    const [header, value] = path.header ?? ['x-zorble', 'v9'];
    const url = gateway.url + as((isStream ? path.streamPath : undefined) ?? path.path, groupOf(path));
    const headers = {
      ...{ authorization: `Bearer ${MASTER_KEY}`, [header]: value },
      'content-type': path.contentType ?? 'application/json',
    };
    const response = await fetch(url, { method: 'POST', headers, body: as(path.request, groupOf(path)) });
    const heard = Buffer.from(await response.arrayBuffer());
    const passed = path.isNative === true ? body : Buffer.from(as(told, groupOf(path)));
    // A character is a byte: not all of them are texts.
    expect(heard.toString('latin1')).toBe(passed.toString('latin1'));
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining(type),
    ]);
    const sent = as(path.request, upstreamName(path));
    expect(provider.heard?.body).toBe(path.arrives?.(sent) ?? sent);
    if (path.header !== undefined) expect(provider.heard?.headers[header]).toBe(value);
  }

  it('is in no code', () => {
    const code = codeOf('apps') + codeOf('libs');
    expect(code).toContain('passThroughBody');
    expect(code).not.toMatch(/zorbl/i);
  });

  it.each(PATHS)('comes through $name', (path) => comesThrough(path, false));

  it.each(PATHS.filter(({ stream }) => stream !== undefined))('comes through a stream of $name', (path) =>
    comesThrough(path, true),
  );
});
