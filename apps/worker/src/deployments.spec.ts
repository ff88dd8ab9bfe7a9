import {
  bareDeployment,
  demoConfig,
  LiveConfig,
  LiveVariables,
  Vault,
  type Deployment,
  type GatewayConfig,
} from '@tollgate/config';
import { metricsText, setLogLevel } from '@tollgate/observability';
import { Deployments } from './deployments.js';

setLogLevel('silent');

const vault = new Vault('salt');

const deployment = (id: string, change: Partial<Deployment> = {}): Deployment => ({
  ...bareDeployment({ id, group: 'chat', provider: 'openai', model: 'gpt-4o' }),
  apiKey: 'sk-plain',
  ...change,
});

const sealed = (id: string): Deployment =>
  deployment(id, { apiKey: { sealed: vault.seal('sk-secret', { model: id, field: 'api_key' }) } });

const config = (...deployments: Deployment[]): GatewayConfig => ({ ...demoConfig(), deployments });

const variables = new LiveVariables({});

const authorization = (deployments: Deployments, id: string): unknown =>
  deployments.find(id).connection.headers.get('authorization');

describe('Deployments', () => {
  it('have their credentials opened', () => {
    const live = new LiveConfig(config(sealed('a'), deployment('b')));
    const deployments = new Deployments(live, variables, vault, { providers: null });
    expect(authorization(deployments, 'a')).toBe('Bearer sk-secret');
    expect(authorization(deployments, 'b')).toBe('Bearer sk-plain');
  });

  it.each([
    ['another salt key', new Vault('other')],
    ['no salt key', null],
  ])('leave out what %s cannot open, and nothing else', async (_what, wrong) => {
    const live = new LiveConfig(config(sealed('a'), deployment('b')));
    const deployments = new Deployments(live, variables, wrong, { providers: null });
    expect(() => deployments.find('a')).toThrow('cannot open the credentials of deployment a');
    expect(authorization(deployments, 'b')).toBe('Bearer sk-plain');
    expect(await metricsText()).toContain('tollgate_worker_unreadable_credentials 1');
  });

  it('follow the config and its variables; what was found before goes on as it was', () => {
    const own = new LiveVariables({ KEY: 'sk-one' });
    const live = new LiveConfig(config(deployment('a', { apiKey: { env: 'KEY' } })));
    const deployments = new Deployments(live, own, null, { providers: null });
    const before = deployments.find('a');
    own.replace({ KEY: 'sk-two' });
    live.replace(config(deployment('a', { apiKey: { env: 'KEY' } }), deployment('b')));
    expect(before.connection.headers.get('authorization')).toBe('Bearer sk-one');
    expect(authorization(deployments, 'a')).toBe('Bearer sk-two');
    expect(authorization(deployments, 'b')).toBe('Bearer sk-plain');
    live.replace(config());
    expect(() => deployments.find('a')).toThrow('knows no deployment a');
  });

  it('are those of the providers that the worker is for', () => {
    const live = new LiveConfig(config(sealed('a'), deployment('b', { provider: 'mistral' })));
    const deployments = new Deployments(live, variables, null, { providers: ['mistral'] });
    expect(() => deployments.find('a')).toThrow('knows no deployment a');
    expect(authorization(deployments, 'b')).toBe('Bearer sk-plain');
  });
});
