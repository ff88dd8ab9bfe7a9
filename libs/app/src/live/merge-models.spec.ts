import { demoConfig, LiveConfig, LiveVariables, type GatewayConfig } from '@tollgate/config';
import type { StoredModel } from '@tollgate/contracts';
import { metricsText, setLogLevel } from '@tollgate/observability';
import { ConfigKeeper } from './config-keeper.js';
import { mergeModels } from './merge-models.js';

setLogLevel('silent');

const stored = (id: string, change: Partial<StoredModel> = {}): StoredModel => ({
  id,
  name: 'chat',
  params: { model: 'openai/gpt-4o', api_key: 'sealed:v1:AAAA' },
  info: { mode: 'chat' },
  createdBy: 'admin',
  updatedBy: 'admin',
  createdAt: 1,
  updatedAt: 1,
  ...change,
});

const ids = (config: GatewayConfig): string[] => config.deployments.map(({ id }) => id);

describe('mergeModels', () => {
  it('puts stored models behind those of the file, under their own ids', () => {
    const { config, leftOut } = mergeModels(demoConfig(), [stored('a'), stored('b')], {});
    expect(ids(config)).toEqual(['demo', 'a', 'b']);
    expect(config.deployments[1]).toMatchObject({
      group: 'chat',
      provider: 'openai',
      model: 'gpt-4o',
      apiKey: { sealed: 'sealed:v1:AAAA' },
      info: { id: 'a', mode: 'chat' },
    });
    expect(leftOut).toEqual([]);
  });

  it('is the file itself when nothing is stored', () => {
    const file = demoConfig();
    expect(mergeModels(file, [], {}).config).toBe(file);
  });

  it('is the file itself when it wants no stored models', () => {
    const file = demoConfig();
    const without = { ...file, general: { ...file.general, storeModelInDb: false } };
    expect(mergeModels(without, [stored('a')], {})).toEqual({ config: without, leftOut: [] });
  });

  it('leaves out what is not valid here, and nothing else', () => {
    const models = [
      stored('demo'),
      stored('typo', { params: { model: 'opnai/gpt-4o' } }),
      stored('unset', { params: { model: 'openai/gpt-4o', rpm: 'os.environ/NOT_SET' } }),
      stored('good'),
    ];
    const { config, leftOut } = mergeModels(demoConfig(), models, {});
    expect(ids(config)).toEqual(['demo', 'good']);
    expect(leftOut.map(({ model, reason }) => `${model.id}: ${reason}`)).toEqual([
      'demo: the config file has a deployment of this id',
      expect.stringContaining('typo: litellm_params.model'),
      expect.stringContaining('the environment variable NOT_SET is not set'),
    ]);
  });

  it('has the defaults of the file', () => {
    const file = demoConfig();
    const dropping = { ...file, general: { ...file.general, dropParams: true } };
    expect(mergeModels(dropping, [stored('a')], {}).config.deployments[1]?.dropParams).toBe(true);
  });
});

describe('ConfigKeeper', () => {
  const file = demoConfig();
  const keeperOf = (live: LiveConfig): ConfigKeeper => new ConfigKeeper(file, live, new LiveVariables({}));

  it('makes the config anew when the file or the models change', () => {
    const live = new LiveConfig(file);
    const keeper = keeperOf(live);
    keeper.replaceModels([stored('a')]);
    expect(ids(live.current)).toEqual(['demo', 'a']);
    keeper.replaceFile({ ...file, deployments: [] }, {});
    expect(ids(live.current)).toEqual(['a']);
    keeper.replaceModels([]);
    expect(ids(live.current)).toEqual([]);
  });

  it('brings back a model that the file shadowed', () => {
    const live = new LiveConfig(file);
    const keeper = keeperOf(live);
    keeper.replaceModels([stored('demo')]);
    expect(keeper.modelsLeftOut).toMatchObject([
      { model: { id: 'demo' }, reason: expect.stringContaining('config file') },
    ]);
    expect(keeper.servedModel('demo')).toBeUndefined();
    keeper.replaceFile({ ...file, deployments: [] }, {});
    expect(keeper.modelsLeftOut).toEqual([]);
    expect(keeper.servedModel('demo')).toMatchObject({ id: 'demo' });
    expect(ids(live.current)).toEqual(['demo']);
  });

  it('counts the models by what became of them', async () => {
    keeperOf(new LiveConfig(file)).replaceModels([stored('a'), stored('demo'), stored('b')]);
    expect(await metricsText()).toContain('tollgate_stored_models{state="served"} 2');
    expect(await metricsText()).toContain('tollgate_stored_models{state="left_out"} 1');
  });

  it('goes on when a part of the process refuses the new config', () => {
    const live = new LiveConfig(file);
    const seen: number[] = [];
    live.follow(({ deployments }) => {
      if (deployments.length > 1) throw new Error('not with me');
    });
    live.follow(({ deployments }) => seen.push(deployments.length));
    keeperOf(live).replaceModels([stored('a')]);
    expect(seen).toEqual([1, 2]);
  });
});
