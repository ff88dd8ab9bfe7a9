import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionTo } from '../connection.js';
import { upstreamRequest, type UpstreamCall } from '../request/upstream-request.js';
import { gemini } from './gemini.provider.js';
import { googleTokens } from './google-tokens.js';
import { vertex } from './vertex.provider.js';

const settingsOf = (more: Record<string, string>, fields: { apiBase?: string; apiKey?: string } = {}) => ({
  ...{ apiKey: null, apiBase: null, apiVersion: null, organization: null, more },
  ...fields,
});
const OPTIONS = { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams: false };
const call = (upstreamModel: string, fields: Partial<UpstreamCall> = {}): UpstreamCall => ({
  ...{ attemptId: 'a', dialect: 'openai-chat', model: 'x', upstreamModel, stream: false, includeUsage: true },
  ...{ headers: {}, options: OPTIONS },
  body: Buffer.from(JSON.stringify({ model: 'x', messages: [{ role: 'user', content: 'Hi' }] })),
  ...fields,
});

const placed = connectionTo(vertex, settingsOf({ vertex_project: 'p', vertex_location: 'europe-west4' }));
const sent = (model: string, fields: Partial<UpstreamCall> = {}) => {
  const { path, body } = upstreamRequest(placed, call(model, fields));
  return { path, body: JSON.parse(Buffer.from(body).toString()) as Record<string, unknown> };
};

describe('Vertex', () => {
  const place = 'projects/p/locations/europe-west4';

  it.each([
    ['europe-west4', 'https://europe-west4-aiplatform.googleapis.com'],
    ['global', 'https://aiplatform.googleapis.com'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com'],
  ])('is at a host of its own in %s', (location, origin) => {
    const more = { vertex_project: 'p', vertex_location: location };
    const { apiBase } = connectionTo(vertex, settingsOf(more));
    expect(apiBase).toBe(`${origin}/v1beta1/projects/p/locations/${location}`);
  });

  it.each([
    ['gemini-2.5-pro', false, `/v1beta1/${place}/publishers/google/models/gemini-2.5-pro:generateContent`],
    [
      'google/gemini-2.5-pro',
      true,
      `/v1beta1/${place}/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse`,
    ],
    ['gemini/4711', false, `/v1beta1/${place}/endpoints/4711:generateContent`],
    [
      'claude-sonnet-4-5@20250929',
      true,
      `/v1/${place}/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict`,
    ],
    ['mistral-small-2503', false, `/v1/${place}/publishers/mistralai/models/mistral-small-2503:rawPredict`],
    ['meta/llama-3.3-70b-instruct-maas', true, `/v1/${place}/endpoints/openapi/chat/completions`],
  ])('serves %s, streamed %s', (model, stream, path) => {
    expect(sent(model, { stream }).path).toBe(path);
  });

  it("tells Claude's API in the body, and the model in the path alone", () => {
    expect(sent('claude-sonnet-4-5').body).toMatchObject({
      anthropic_version: 'vertex-2023-10-16',
      max_tokens: 4096,
    });
    expect(sent('claude-sonnet-4-5').body).not.toHaveProperty('model');
    const body = Buffer.from('{"model":"x","messages":[{"role":"user","content":"Hi"}],"of_tomorrow":1}');
    const same = sent('claude-sonnet-4-5', { dialect: 'anthropic-messages', body }).body;
    expect(same).toEqual({
      messages: [{ role: 'user', content: 'Hi' }],
      of_tomorrow: 1,
      anthropic_version: 'vertex-2023-10-16',
    });
  });

  it('embeds by predictions', () => {
    const body = Buffer.from('{"model":"x","input":"a"}');
    const { path, body: asked } = sent('text-embedding-005', { dialect: 'openai-embeddings', body });
    expect(path).toMatch(/text-embedding-005:predict$/);
    expect(asked).toEqual({ instances: [{ content: 'a' }] });
  });

  it('has its project from the credentials, as JSON or in a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vertex-'));
    const file = join(folder, 'key.json');
    const credentials = JSON.stringify({ type: 'service_account', project_id: 'own' });
    writeFileSync(file, credentials);
    for (const vertex_credentials of [credentials, file]) {
      const { apiBase } = connectionTo(vertex, settingsOf({ vertex_credentials }));
      expect(apiBase).toContain('/projects/own/locations/us-central1');
    }
    rmSync(folder, { recursive: true });
  });

  it.each([
    [{}, 'needs a vertex_project'],
    [{ vertex_project: 'p', vertex_credentials: '/nowhere/key.json' }, 'cannot be read'],
    [{ vertex_project: 'p', vertex_credentials: '{"private_key":"s3cret' }, 'no JSON object'],
  ])('says what it lacks: %j', (more, problem) => {
    const connect = (): unknown => connectionTo(vertex, settingsOf(more));
    expect(connect).toThrow(problem);
    expect(connect).not.toThrow('s3cret');
  });
});

describe("Google's tokens", () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const credentials = { type: 'service_account', client_email: 'a@b.test', private_key, project_id: 'p' };
  const request = { origin: 'https://a.test', path: '/', headers: [], body: Buffer.alloc(0) };
  const answering = (answers: readonly (readonly [number, object])[]) => {
    const asked: string[] = [];
    const fetching = (_url: unknown, init?: RequestInit): Promise<Response> => {
      const [status, body] = answers[Math.min(asked.length, answers.length - 1)] ?? [500, {}];
      asked.push(new URLSearchParams(init?.body as URLSearchParams).toString());
      return Promise.resolve(Response.json(body, { status }));
    };
    return { asked, authorizer: googleTokens('Vertex_ai', credentials, fetching) };
  };
  const token = (name: string, seconds: number) =>
    [200, { access_token: name, expires_in: seconds }] as const;

  it('are had for a signed word, once for all calls that wait', async () => {
    const { asked, authorizer } = answering([token('t1', 3600)]);
    const headers = await Promise.all([1, 2, 3].map(() => authorizer.headersFor(request)));
    expect(headers).toEqual([1, 2, 3].map(() => ({ authorization: 'Bearer t1' })));
    await authorizer.headersFor(request);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('assertion');
    expect(authorizer.secrets).toEqual([private_key, 't1']);
  });

  it('are had again before they end', async () => {
    const { asked, authorizer } = answering([token('t1', 10), token('t2', 3600)]);
    await authorizer.headersFor(request);
    expect(await authorizer.headersFor(request)).toEqual({ authorization: 'Bearer t2' });
    expect(asked).toHaveLength(2);
  });

  it('that are refused are an error without the key, and may be had later', async () => {
    const { authorizer } = answering([
      [400, { error: 'invalid_grant', error_description: `no ${private_key}` }],
      token('t', 3600),
    ]);
    const error: unknown = await authorizer.headersFor(request).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'upstream_authentication' });
    expect((error as Error).message).toContain('Vertex_aiException - No access token could be had');
    expect((error as Error).message).not.toContain('PRIVATE KEY');
    expect(await authorizer.headersFor(request)).toEqual({ authorization: 'Bearer t' });
  });
});

describe('Gemini', () => {
  const pathOf = (apiBase: string, model: string): string =>
    upstreamRequest(connectionTo(gemini, settingsOf({}, { apiBase, apiKey: 'k' })), call(model)).path;

  it.each([
    ['https://a.test', 'gemini-2.5-pro', '/v1beta/models/gemini-2.5-pro:generateContent'],
    ['https://a.test/v1', 'models/gemini-2.5-pro', '/v1/models/gemini-2.5-pro:generateContent'],
    ['https://a.test/v1alpha/models', 'tunedModels/t', '/v1alpha/tunedModels/t:generateContent'],
  ])('below %s serves %s', (base, model, path) => {
    expect(pathOf(base, model)).toBe(path);
  });
});
