import type { CallHeader } from '@tollgate/contracts';
import { config, deployment } from './_fixtures.js';
import { RoutingTable } from './routing-table.js';

const table = new RoutingTable(
  config([
    deployment('d1'),
    deployment('d2'),
    deployment('elsewhere', { group: 'other' }),
    deployment('w1', { group: 'openai/*', model: '*' }),
  ]),
);

const resolve = (header: Partial<CallHeader>) => {
  const group = table.resolve({ principal: {}, tags: [], ...header } as CallHeader);
  return group?.candidates.map(({ deployment: { id }, upstreamModel }) => `${id} ${upstreamModel}`);
};

describe('resolve', () => {
  const native = {
    provider: 'openai',
    method: 'GET',
    path: '/resp_1',
    endpoint: 'openai-responses',
  } as const;

  it.each([
    ['any deployment of the name', { model: 'chat' }, ['d1 model-d1', 'd2 model-d2']],
    ['the one that keeps what it is about', { model: 'chat', deploymentId: 'd2' }, ['d2 model-d2']],
    ['also for a provider’s own API', { model: 'chat', deploymentId: 'd2', native }, ['d2 model-d2']],
    ['a wildcard’s with its model', { model: 'openai/o3', deploymentId: 'w1', native }, ['w1 o3']],
    ['one of another name', { model: 'chat', deploymentId: 'elsewhere' }, ['elsewhere model-elsewhere']],
    ['one of a name that is gone', { model: 'gone', deploymentId: 'd1' }, ['d1 model-d1']],
    ['nobody when it is gone', { model: 'chat', deploymentId: 'gone' }, undefined],
  ])('finds %s', (_what, header, found) => {
    expect(resolve(header)).toEqual(found);
  });
});
