import { demoConfig, bareDeployment } from './demo-config.js';
import type { Deployment, GatewayConfig } from './gateway-config.js';
import { missingCredentials, resolveSetting, toSetting } from './setting.js';
import { Vault } from './vault/vault.js';

it('a setting is itself, or what its variable holds', () => {
  expect(resolveSetting('plain', {})).toBe('plain');
  expect(resolveSetting({ env: 'A' }, { A: 'value' })).toBe('value');
  expect(resolveSetting({ env: 'A' }, { A: '' })).toBeNull();
  expect(resolveSetting({ env: 'A' }, {})).toBeNull();
  expect(resolveSetting(null, {})).toBeNull();
});

it('a sealed setting is null until somebody opens it', () => {
  const sealed = new Vault('salt').seal('sk-secret', { model: 'id', field: 'api_key' });
  expect(toSetting(sealed)).toEqual({ sealed });
  expect(resolveSetting({ sealed }, {})).toBeNull();
});

describe('missingCredentials', () => {
  const deployment = (provider: string, rest: Partial<Deployment>): Deployment => ({
    ...bareDeployment({ id: provider, group: 'g', provider, model: 'm' }),
    ...rest,
  });
  const config: GatewayConfig = {
    ...demoConfig(),
    deployments: [
      deployment('openai', { apiKey: { env: 'B' }, extraHeaders: { 'x-auth': { env: 'A' }, plain: 'p' } }),
      deployment('openai', { apiKey: { env: 'B' }, apiBase: { env: 'SET' } }),
      deployment('azure', { apiKey: { env: 'C' } }),
    ],
  };

  it('names each variable that is not set, once, of the providers that are served', () => {
    expect(missingCredentials(config, ['openai'], { SET: 'x' })).toEqual(['A', 'B']);
    expect(missingCredentials(config, null, { SET: 'x', A: 'a' })).toEqual(['B', 'C']);
    expect(missingCredentials(config, ['ollama'], {})).toEqual([]);
  });
});
