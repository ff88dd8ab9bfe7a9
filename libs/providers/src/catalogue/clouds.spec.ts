import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dialect } from '@tollgate/contracts';
import type { Json } from '@tollgate/dialects';
import { connectionTo } from '../connection.js';
import { authorize } from '../kit/authorizer.js';
import { findProvider } from '../manifest.js';
import type { Settings } from '../provider.js';
import { upstreamRequest } from '../request/upstream-request.js';

interface Asked {
  readonly settings?: Partial<Settings>;
  readonly model?: string;
  readonly dialect?: Dialect;
  readonly stream?: boolean;
  readonly body?: Json;
}

const connectionOf = (name: string, own: Partial<Settings> = {}) =>
  connectionTo(findProvider(name)!, {
    ...{ apiKey: 'key', apiBase: null, apiVersion: null, organization: null, more: {} },
    ...own,
  });

/** What goes out to a provider for a call. */
async function sent(name: string, { settings, model = 'own', dialect, stream = false, body = {} }: Asked) {
  const connection = connectionOf(name, settings);
  const request = upstreamRequest(connection, {
    ...{ attemptId: 'c:1', dialect: dialect ?? 'openai-chat', model: 'ours', upstreamModel: model, stream },
    ...{ includeUsage: true, headers: {} },
    options: { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams: false },
    body: Buffer.from(JSON.stringify({ model: 'ours', messages: [], stream, ...body })),
  });
  if (connection.authorizer !== null) await authorize(request, connection.authorizer);
  const headers: Record<string, string | undefined> = {};
  for (let at = 0; at < request.headers.length; at += 2)
    headers[request.headers[at] ?? ''] = request.headers[at + 1];
  return { url: request.origin + request.path, headers, body: JSON.parse(String(request.body)) as Json };
}

const AWS = { aws_region_name: 'eu-west-1', aws_access_key_id: 'A', aws_secret_access_key: 'S' };

describe('SageMaker', () => {
  it.each([
    [false, 'invocations'],
    [true, 'invocations-response-stream'],
  ])('invokes an endpoint, signed (stream: %s)', async (stream, method) => {
    for (const name of ['sagemaker', 'sagemaker_chat']) {
      const { url, headers } = await sent(name, {
        settings: { apiKey: null, more: AWS },
        model: 'my-tgi',
        stream,
      });
      expect(url).toBe(`https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/my-tgi/${method}`);
      expect(headers['authorization']).toContain('/eu-west-1/sagemaker/aws4_request');
    }
  });
});

describe("Bedrock's OpenAI-compatible endpoints", () => {
  it.each<[string, Dialect, string]>([
    ['openai.gpt-oss-20b', 'openai-chat', '/v1/chat/completions'],
    ['mistral.voxtral-mini-3b-2507', 'openai-responses', '/v1/responses'],
    ['openai.gpt-5.5', 'openai-responses', '/openai/v1/responses'],
  ])('have %s by %s', async (model, dialect, path) => {
    const { url, headers } = await sent('bedrock_mantle', {
      ...{ settings: { more: AWS }, model, dialect, body: { input: 'Hi' } },
    });
    expect(url).toBe(`https://bedrock-mantle.eu-west-1.api.aws${path}`);
    expect(headers['authorization']).toBe('Bearer key');
  });
});

describe('Azure AI Foundry', () => {
  const resource = 'https://mine.services.ai.azure.com';
  const serverless = 'https://mistral.eastus2.models.ai.azure.com';
  const version = '?api-version=2024-05-01-preview';

  it.each<[string, string, Dialect, string, string]>([
    [resource, 'grok-4', 'openai-chat', `/models/chat/completions${version}`, 'api-key'],
    [`${resource}/models`, 'grok-4', 'openai-chat', `/models/chat/completions${version}`, 'api-key'],
    [
      `${resource}/models/chat/completions`,
      'a',
      'openai-chat',
      `/models/chat/completions${version}`,
      'api-key',
    ],
    [`${resource}/openai/v1`, 'gpt-5', 'openai-chat', '/openai/v1/chat/completions', 'api-key'],
    [resource, 'embed-v-4-0', 'openai-embeddings', `/models/embeddings${version}`, 'api-key'],
    [resource, 'Cohere-rerank-v4.0-pro', 'cohere-rerank', '/providers/cohere/v2/rerank', 'api-key'],
    [resource, 'claude-sonnet-4-5', 'anthropic-messages', '/anthropic/v1/messages', 'api-key'],
    [`${resource}/anthropic`, 'claude-sonnet-4-5', 'openai-chat', '/anthropic/v1/messages', 'api-key'],
    [serverless, 'azureai', 'openai-chat', '/chat/completions', 'authorization'],
    [`${serverless}/v1/chat/completions`, 'azureai', 'openai-chat', '/v1/chat/completions', 'authorization'],
    [serverless, 'cohere', 'cohere-rerank', '/v1/rerank', 'authorization'],
  ])('has at %s %s by %s', async (apiBase, model, dialect, path, header) => {
    const messages = [{ role: 'user', content: 'Hi' }];
    const { url, headers } = await sent('azure_ai', {
      ...{ settings: { apiBase }, model, dialect, body: { input: 'a', messages } },
    });
    expect(url).toBe(new URL(apiBase).origin + path);
    expect(headers[header]).toBe(header === 'api-key' ? 'key' : 'Bearer key');
    expect(headers[header === 'api-key' ? 'authorization' : 'api-key']).toBeUndefined();
  });
});

describe('Snowflake', () => {
  it.each([
    [{ more: { account_id: 'org-account' } }, 'https://org-account.snowflakecomputing.com/api/v2/cortex/v1'],
    [{ apiBase: 'https://a.example/api/v2' }, 'https://a.example/api/v2/cortex/v1'],
    [{ apiBase: 'https://a.example/api/v2/cortex/inference:complete' }, 'https://a.example/api/v2/cortex/v1'],
    [{ apiBase: 'https://a.example/proxy' }, 'https://a.example/proxy'],
  ])('is reached by %j', async (settings, base) => {
    expect((await sent('snowflake', { settings })).url).toBe(`${base}/chat/completions`);
  });

  it('is told what kind of token it gets', async () => {
    const settings = { apiBase: 'https://a.example' };
    const kind = 'x-snowflake-authorization-token-type';
    expect((await sent('snowflake', { settings })).headers[kind]).toBe('KEYPAIR_JWT');
    const { headers } = await sent('snowflake', { settings: { ...settings, apiKey: 'pat/secret' } });
    expect([headers['authorization'], headers[kind]]).toEqual(['Bearer secret', 'PROGRAMMATIC_ACCESS_TOKEN']);
  });
});

describe('Cloudflare', () => {
  const base = 'https://api.cloudflare.com/client/v4/accounts/acc/ai';

  it.each([
    [{ more: { account_id: 'acc' } }],
    [{ apiBase: `${base}/run/` }],
    [{ apiBase: base }],
    [{ apiBase: `${base}/v1` }],
  ])('is reached by %j', async (settings) => {
    expect((await sent('cloudflare', { settings, model: '@cf/meta/llama' })).url).toBe(
      `${base}/v1/chat/completions`,
    );
    const { url } = await sent('cloudflare', { settings, dialect: 'openai-embeddings' });
    expect(url).toBe(`${base}/v1/embeddings`);
  });
});

describe('providers that give tokens for credentials', () => {
  const forms: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      forms.push(
        `${request.url ?? ''} ${request.headers.authorization ?? ''} ${Buffer.concat(parts).toString()}`,
      );
      response.end('{"access_token":"token","expires_in":3600}');
    });
  });
  let base: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });

  afterAll(() => {
    server.close();
  });

  beforeEach(() => {
    forms.length = 0;
  });

  it('Databricks: a service principal, where there is no key', async () => {
    const more = { client_id: 'id', client_secret: 'secret' };
    const { url, headers } = await sent('databricks', {
      ...{ settings: { apiKey: null, apiBase: base, more }, stream: true },
    });
    expect(url).toBe(`${base}/serving-endpoints/chat/completions`);
    expect(headers['authorization']).toBe('Bearer token');
    expect(forms).toEqual(['/oidc/v1/token Basic aWQ6c2VjcmV0 grant_type=client_credentials&scope=all-apis']);
  });

  it.each(['azure', 'azure_ai'])('%s: an application of Entra ID, by its secret', async (name) => {
    const more = {
      tenant_id: 't',
      client_id: 'id',
      client_secret: 'secret',
      azure_authority_host: `${base}/`,
    };
    const settings = { apiKey: null, apiBase: 'https://mine.openai.azure.com', more };
    const { headers } = await sent(name, { settings });
    expect([headers['authorization'], headers['api-key']]).toEqual(['Bearer token', undefined]);
    const scope = 'https%3A%2F%2Fcognitiveservices.azure.com%2F.default';
    expect(forms).toEqual([
      `/t/oauth2/v2.0/token  grant_type=client_credentials&client_id=id&scope=${scope}&client_secret=secret`,
    ]);
    const { source } = connectionOf(name, settings);
    expect(source.secrets).toEqual(['secret']);
  });

  it('Azure: workload identity, by the file of its pod', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-entra-'));
    const file = join(folder, 'token');
    writeFileSync(file, 'vouched-for\n');
    const more = { tenant_id: 't', client_id: 'id', azure_federated_token_file: file, azure_scope: 's' };
    const settings = { apiKey: null, apiBase: base, more: { ...more, azure_authority_host: base } };
    expect((await sent('azure', { settings })).headers['authorization']).toBe('Bearer token');
    const form = new URLSearchParams(forms[0]?.split(' ')[2]);
    expect(Object.fromEntries(form)).toMatchObject({
      scope: 's',
      client_assertion: 'vouched-for',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    rmSync(folder, { recursive: true });
  });

  it('Azure: a token as it is; a key before all of them', async () => {
    const settings = { apiBase: base, more: { azure_ad_token: 'given', client_secret: 'secret' } };
    const given = await sent('azure', { settings: { ...settings, apiKey: null } });
    expect(given.headers['authorization']).toBe('Bearer given');
    const { headers } = await sent('azure', { settings });
    expect([headers['api-key'], headers['authorization']]).toEqual(['key', undefined]);
    const incomplete = { apiKey: null, apiBase: base, more: { client_secret: 'secret' } };
    expect(() => connectionOf('azure', incomplete)).toThrow('No api_key');
    expect(forms).toEqual([]);
  });

  it('Databricks: a key, which is sent itself, without a wish for usage', async () => {
    const apiBase = `${base}/serving-endpoints`;
    const { url, headers, body } = await sent('databricks', { settings: { apiBase }, stream: true });
    expect([url, headers['authorization']]).toEqual([`${apiBase}/chat/completions`, 'Bearer key']);
    expect(body['stream_options']).toBeUndefined();
  });

  it('watsonx: a key of IBM Cloud, whose project is in the body', async () => {
    const settings = { apiBase: base, more: { iam_url: `${base}/iam`, project_id: 'p', space_id: 's' } };
    const request = { tools: [], tool_choice: 'auto', stream_options: { include_usage: true } };
    const { url, headers, body } = await sent('watsonx', {
      ...{ settings, model: 'ibm/granite', stream: true, body: request },
    });
    expect(url).toBe(`${base}/ml/v1/text/chat_stream?version=2024-03-13`);
    expect(headers['authorization']).toBe('Bearer token');
    expect(forms).toEqual(['/iam  grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey=key']);
    expect(body).toEqual({
      ...{ messages: [], tools: [], tool_choice_option: 'auto' },
      ...{ model_id: 'ibm/granite', project_id: 'p' },
    });
  });

  it('watsonx: a token as it is, and a deployment in the path', async () => {
    const settings = { apiBase: base, apiVersion: '2025-01-01', more: { token: 'own', space_id: 's' } };
    const choice = { type: 'function', function: { name: 'f' } };
    const { url, headers, body } = await sent('watsonx', {
      ...{ settings, model: 'deployment/d1', body: { tool_choice: choice } },
    });
    expect(url).toBe(`${base}/ml/v1/deployments/d1/text/chat?version=2025-01-01`);
    expect(headers['authorization']).toBe('Bearer own');
    expect(body).toEqual({ messages: [], tool_choice: choice });
    expect(forms).toEqual([]);
    expect(connectionOf('watsonx', { more: { watsonx_region_name: 'eu-de' } }).apiBase).toBe(
      'https://eu-de.ml.cloud.ibm.com',
    );
  });
});
