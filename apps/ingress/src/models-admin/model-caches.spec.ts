import type { ConfigKeeper } from '@tollgate/app';
import { bareDeployment, demoConfig, LiveConfig, type GatewayConfig } from '@tollgate/config';
import type { Principal } from '@tollgate/contracts';
import type { ModelNames } from '../models/model-names.js';
import { ModelEntries } from './model-entries.js';
import { ModelGroups } from './model-groups.js';

const ADMIN = { isAdmin: true, models: [] } as unknown as Principal;
const NAMES = { visibleTo: () => ['chat', 'nick'] } as unknown as ModelNames;

const configOf = (model: string): GatewayConfig => ({
  ...demoConfig(),
  deployments: [bareDeployment({ id: 'one', group: 'chat', provider: 'openai', model })],
  aliases: new Map([['nick', { model: 'chat', hidden: false }]]),
});

describe('what is told of models', () => {
  it('is worked out once for each config, not at each request', () => {
    const live = new LiveConfig(configOf('gpt-4o'));
    let worked = 0;
    const keeper = { servedModel: () => void (worked += 1), modelsLeftOut: [] } as unknown as ConfigKeeper;
    const entries = new ModelEntries(live, keeper, NAMES);
    const first = entries.visibleTo(ADMIN);
    expect(entries.visibleTo(ADMIN)[0]).toBe(first[0]);
    expect(worked).toBe(1);
    live.replace(configOf('gpt-4.1'));
    expect(entries.visibleTo(ADMIN)[0]?.litellm_params['model']).toBe('openai/gpt-4.1');
    expect(worked).toBe(2);
  });

  it('of names is too', () => {
    const live = new LiveConfig(configOf('gpt-4o'));
    const groups = new ModelGroups(live, NAMES);
    const [chat, nick] = groups.visibleTo([], null);
    expect(groups.visibleTo([], 'chat')[0]).toBe(chat);
    expect([chat, nick]).toMatchObject([{ model_group: 'chat' }, { model_group: 'nick' }]);
    live.replace(configOf('gpt-4'));
    expect(groups.visibleTo([], 'chat')).not.toEqual([chat]);
  });
});
