import { connectionTo, findProvider } from '@tollgate/providers';
import { bareDeployment } from '@tollgate/config';
import type { DeploymentTarget } from '../deployments.js';
import { parametersOf } from './supported-parameters.js';

const SETTINGS = { apiKey: 'sk-secret', apiBase: null, apiVersion: null, organization: null };

const parametersFor = (provider: string, model: string): string[] => {
  const connection = connectionTo(findProvider(provider)!, {
    ...SETTINGS,
    more: { aws_region_name: 'eu-west-1', aws_access_key_id: 'A', aws_secret_access_key: 'S' },
  });
  const deployment = bareDeployment({ id: 'd', group: 'g', provider, model });
  return parametersOf({ connection, deployment } as DeploymentTarget, model);
};

it('all of them, where the provider speaks OpenAI’s dialect', () => {
  expect(parametersFor('openai', 'gpt-4o')).toEqual(
    expect.arrayContaining(['logit_bias', 'seed', 'stream_options', 'tools', 'web_search_options']),
  );
});

it.each([
  ['anthropic', 'claude-sonnet-4-5', 'logit_bias'],
  ['gemini', 'gemini-2.5-flash', 'logit_bias'],
  ['bedrock', 'amazon.nova-lite-v1:0', 'seed'],
  ['cohere', 'command-a', 'logit_bias'],
])('those alone that are translated for %s', (provider, model, refused) => {
  const parameters = parametersFor(provider, model);
  expect(parameters).toEqual(expect.arrayContaining(['max_tokens', 'temperature', 'tools', 'stream']));
  expect(parameters).not.toContain(refused);
});
