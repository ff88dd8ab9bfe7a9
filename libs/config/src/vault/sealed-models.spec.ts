import { bareDeployment } from '../demo-config.js';
import type { Deployment } from '../gateway-config.js';
import { toSetting } from '../setting.js';
import { credentialFields } from './credential-fields.js';
import { openDeployment, sealParams, showParams } from './sealed-models.js';
import { Vault, VaultError } from './vault.js';

const vault = new Vault('salt');
const ID = 'model-1';

const params = {
  model: 'openai/gpt-4o',
  api_key: 'sk-one-secret',
  api_base: 'https://user:two-secret@host/v1',
  rpm: 6,
  max_tokens: 100,
  input_cost_per_token: 0.000001,
  aws_region_name: 'eu-west-1',
  aws_secret_access_key: 'three-secret',
  azure_ad_token: 'os.environ/AD_TOKEN',
  vertex_credentials: { private_key: 'four-secret' },
  litellm_credential_name: 'shared',
  extra_headers: { 'x-gateway': 'five-secret', 'x-from-environment': 'os.environ/HEADER' },
  extra_body: { nested: [{ password: 'six-secret' }], options: { top_k: 1 } },
  my_secret: 7,
  organization: null,
  client_secret: '',
};

const SECRETS = ['sk-one-secret', 'two-secret', 'three-secret', 'four-secret', 'five-secret', 'six-secret'];

const deployment = (rest: Partial<Deployment>): Deployment => ({
  ...bareDeployment({ id: ID, group: 'chat', provider: 'openai', model: 'gpt-4o' }),
  ...rest,
});

describe('credentials of a model', () => {
  it('are found by name at any depth, in headers and in URLs; references and prices are none', () => {
    expect(credentialFields(params)).toEqual([
      'api_key',
      'api_base',
      'aws_secret_access_key',
      'vertex_credentials',
      'extra_headers.x-gateway',
      'extra_body.nested.0.password',
      'my_secret',
    ]);
  });

  it.each([
    'api_key',
    'azure_password',
    'aws_session_token',
    'vertex_ai_credentials',
    'client_secret',
    'token',
  ])('%s is one', (name) => expect(credentialFields({ [name]: 'x' })).toEqual([name]));

  it.each(['max_tokens', 'output_cost_per_token', 'credential_name', 'tags', 'temperature', 'user'])(
    '%s is none',
    (name) => expect(credentialFields({ [name]: 'x' })).toEqual([]),
  );

  it('are sealed, and nothing else is touched', () => {
    const sealed = sealParams(params, ID, vault);
    const text = JSON.stringify(sealed);
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    expect(sealed).toMatchObject({
      model: 'openai/gpt-4o',
      rpm: 6,
      aws_region_name: 'eu-west-1',
      azure_ad_token: 'os.environ/AD_TOKEN',
      litellm_credential_name: 'shared',
      extra_headers: { 'x-from-environment': 'os.environ/HEADER' },
      extra_body: { options: { top_k: 1 } },
    });
  });

  it('are not shown, sealed or not', () => {
    for (const some of [params, sealParams(params, ID, vault)]) {
      const shown = showParams(some);
      expect(JSON.stringify(shown)).not.toMatch(
        /sealed|sk-one|two-secret@|three-secret|four-secret|five-secret|six-secret/,
      );
      expect(shown).toMatchObject({ model: 'openai/gpt-4o', extra_headers: { 'x-gateway': '****' } });
      expect(shown).not.toHaveProperty('api_key');
    }
  });
});

describe('openDeployment', () => {
  const sealed = sealParams(params, ID, vault) as {
    api_key: string;
    api_base: string;
    extra_headers: Record<string, string>;
    extra_body: Record<string, unknown>;
    my_secret: string;
  };
  const stored = deployment({
    apiKey: toSetting(sealed.api_key),
    apiBase: toSetting(sealed.api_base),
    apiVersion: '2024-10-21',
    extraHeaders: {
      'x-gateway': toSetting(sealed.extra_headers['x-gateway']!),
      'x-from-environment': { env: 'HEADER' },
    },
    extraBody: sealed.extra_body,
    defaults: { my_secret: sealed.my_secret, temperature: 0.5 },
  });

  it('opens what is sealed and leaves the rest', () => {
    expect(openDeployment(stored, vault)).toEqual(
      deployment({
        apiKey: 'sk-one-secret',
        apiBase: 'https://user:two-secret@host/v1',
        apiVersion: '2024-10-21',
        extraHeaders: { 'x-gateway': 'five-secret', 'x-from-environment': { env: 'HEADER' } },
        extraBody: { nested: [{ password: 'six-secret' }], options: { top_k: 1 } },
        defaults: { my_secret: '7', temperature: 0.5 },
      }),
    );
  });

  it('needs no vault where nothing is sealed', () => {
    const plain = deployment({ apiKey: 'sk-plain', defaults: { stop: ['a'] } });
    expect(openDeployment(plain, null)).toEqual(plain);
  });

  it('refuses without a vault, with another one, and for another model', () => {
    expect(() => openDeployment(stored, null)).toThrow('TOLLGATE_SALT_KEY is not set');
    expect(() => openDeployment(stored, new Vault('other'))).toThrow(VaultError);
    expect(() => openDeployment({ ...stored, id: 'model-2' }, vault)).toThrow(VaultError);
  });
});
