import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LiveConfig, LiveVariables, resolveSetting, type GatewayConfig } from '@tollgate/config';
import { metricsText, setLogLevel } from '@tollgate/observability';
import { ConfigFile } from './config-file.js';
import { ConfigKeeper } from './config-keeper.js';
import { ConfigReload } from './config-reload.js';
import type { FileWatchOptions } from './file-watch.js';

setLogLevel('silent');

/** A config with these names; JSON is YAML. */
const serving = (names: readonly string[], rest: object = {}): string =>
  JSON.stringify({
    model_list: names.map((model_name) => ({ model_name, litellm_params: { model: 'openai/gpt-4o' } })),
    ...rest,
  });

/** The system's own news, as fast as they come. */
const EVENTS_ONLY: FileWatchOptions = { settleMs: 5, pollMs: 1_000_000 };

describe('a config file that changes', () => {
  let folder: string;
  let path: string;
  let live: LiveConfig;
  let variables: LiveVariables;
  let reload: ConfigReload | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-reload-'));
    path = join(folder, 'tollgate.yaml');
  });

  afterEach(() => {
    reload?.onModuleDestroy();
    reload = undefined;
    rmSync(folder, { recursive: true });
  });

  async function start(watch: FileWatchOptions = EVENTS_ONLY): Promise<void> {
    const file = new ConfigFile(path, { needsMasterKey: false });
    const loaded = file.load({ OUTER: 'outer' });
    live = new LiveConfig(loaded.config);
    variables = new LiveVariables(loaded.variables);
    const keeper = new ConfigKeeper(loaded.config, live, variables);
    const options = { file, loaded, startGeneral: loaded.config.general, watch };
    reload = new ConfigReload({ ...options, variables: { OUTER: 'outer' } }, keeper);
    await reload.onApplicationBootstrap();
  }

  const names = (config: GatewayConfig): string[] => config.deployments.map(({ group }) => group);

  /** Resolves when a config with these names holds; the spec's own time limit bounds it. */
  const holds = (...expected: string[]): Promise<void> =>
    new Promise((resolve) => {
      const stop = live.follow((config) => {
        if (names(config).join() !== expected.join()) return;
        setImmediate(() => stop());
        resolve();
      });
    });

  const reloads = async (result: string): Promise<number> => {
    const line = `tollgate_config_reloads_total{result="${result}"} `;
    const found = (await metricsText()).split('\n').find((text) => text.startsWith(line));
    return Number(found?.slice(line.length) ?? 0);
  };

  const failed = async (before: number): Promise<void> => {
    while ((await reloads('failed')) === before) await new Promise((resolve) => setImmediate(resolve));
  };

  it('is read again when it is written, or replaced by another one', async () => {
    writeFileSync(path, serving(['one']));
    await start();
    writeFileSync(path, serving(['one', 'two']));
    await holds('one', 'two');
    writeFileSync(`${path}.new`, serving(['three']));
    renameSync(`${path}.new`, path);
    await holds('three');
  });

  it('is read through a symbolic link of a link, as Kubernetes mounts it', async () => {
    const version = (name: string, models: readonly string[]): void => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'tollgate.yaml'), serving(models));
      symlinkSync(name, join(folder, '..data.new'));
      renameSync(join(folder, '..data.new'), join(folder, '..data'));
    };
    version('..v1', ['one']);
    symlinkSync(join('..data', 'tollgate.yaml'), path);
    await start();
    version('..v2', ['two']);
    await holds('two');
    rmSync(join(folder, '..v1'), { recursive: true });
    version('..v3', ['three']);
    await holds('three');
  });

  it('is followed into the files that it includes', async () => {
    const included = join(folder, 'more', 'models.yaml');
    mkdirSync(join(folder, 'more'));
    writeFileSync(included, serving(['one']));
    writeFileSync(path, JSON.stringify({ include: ['more/models.yaml'] }));
    await start();
    writeFileSync(included, serving(['two']));
    await holds('two');
    writeFileSync(join(folder, 'others.yaml'), serving(['three']));
    writeFileSync(path, JSON.stringify({ include: ['others.yaml'] }));
    await holds('three');
    writeFileSync(join(folder, 'others.yaml'), serving(['four']));
    await holds('four');
  });

  it.each([
    ['broken YAML', 'model_list: ['],
    ['a mistake', serving(['one'], { router_settings: { num_retrys: 2 } })],
    ['nothing', ''],
  ])('keeps the config that held when it has %s', async (_what, text) => {
    writeFileSync(path, serving(['one']));
    await start();
    const before = await reloads('failed');
    writeFileSync(path, text);
    await failed(before);
    expect(names(live.current)).toEqual(['one']);
    writeFileSync(path, serving(['two']));
    await holds('two');
    // Told of once, however often it was looked at.
    expect(await reloads('failed')).toBe(before + 1);
  });

  it('keeps the config that held when it is gone', async () => {
    writeFileSync(path, serving(['one']));
    await start();
    const before = await reloads('failed');
    rmSync(path);
    await failed(before);
    expect(names(live.current)).toEqual(['one']);
    writeFileSync(path, serving(['two']));
    await holds('two');
  });

  it('changes the variables with the models', async () => {
    const withVariable = (value: string, name: string): string =>
      serving([name], { environment_variables: { INNER: value, BOTH: 'os.environ/OUTER' } });
    writeFileSync(path, withVariable('a', 'one'));
    await start();
    const seen: unknown[] = [];
    live.follow(() => seen.push(resolveSetting({ env: 'INNER' }, variables.current)));
    writeFileSync(path, withVariable('b', 'two'));
    await holds('two');
    expect(seen).toEqual(['a', 'b']);
    expect(variables.current).toMatchObject({ BOTH: 'outer' });
    writeFileSync(path, serving(['three']));
    await holds('three');
    expect(variables.current['INNER']).toBeUndefined();
  });

  it('goes on with what was used at the start', async () => {
    const general = (size: number): object => ({ general_settings: { max_request_size_mb: size } });
    writeFileSync(path, serving(['one'], general(1)));
    await start();
    writeFileSync(path, serving(['two'], general(2)));
    await holds('two');
    expect(live.current.general.maxRequestBytes).toBe(1024 * 1024);
  });

  it('is read at once on SIGHUP', async () => {
    writeFileSync(path, serving(['one']));
    await start({ settleMs: 1_000_000, pollMs: 1_000_000 });
    writeFileSync(path, serving(['two']));
    process.emit('SIGHUP');
    expect(names(live.current)).toEqual(['two']);
  });
});
