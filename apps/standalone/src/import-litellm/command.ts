import { mkdir, mkdtemp, rm, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ownSecret } from '@tollgate/app';
import { openImporter } from '@tollgate/billing';
import { connectNats, type Bus } from '@tollgate/bus';
import { loadConfig, Vault, type Variables } from '@tollgate/config';
import { modelsChanged, scopesChanged } from '@tollgate/contracts';
import { ORIGIN } from './context.js';
import { importLiteLlm } from './import-litellm.js';
import { IMPORT_HELP, readImportOptions, type ImportOptions } from './options.js';
import { Progress } from './progress.js';
import { LiteLlmSource } from './source.js';

/** Something to undo at the end, the last first. */
type Closer = () => Promise<void>;

/** `tollgate import-litellm`. Returns the report to print. Throws a `ConfigError` for options that cannot be. */
export async function importCommand(argv: readonly string[], variables: Variables): Promise<string> {
  if (argv.includes('--help')) return IMPORT_HELP;
  const options = readImportOptions(argv, variables);
  const closers: Closer[] = [];
  try {
    return await run(options, variables, closers);
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

async function run(options: ImportOptions, variables: Variables, closers: Closer[]): Promise<string> {
  const { target, dryRun } = options;
  const config = await configOf(options, variables);
  const source = await LiteLlmSource.open(options.sourceUrl);
  closers.push(() => source.close());
  if ('dataDirectory' in target) await mkdir(target.dataDirectory, { recursive: true, mode: 0o700 });
  const bus = await busOf(options, variables, closers);
  const publish: Bus['publish'] = (contract, event) => bus?.publish(contract, event);
  const importer = await openImporter(target, publish, ORIGIN);
  closers.push(() => importer.close());
  const report = await importLiteLlm({
    ...{ source, importer, dryRun, saltKey: options.saltKey, vault: await vaultOf(options, variables) },
    ...{ variables: config.variables, timeZone: config.timeZone, now: Date.now() },
    progress: new Progress(process.stderr),
  });
  publish(scopesChanged, { scopes: [], all: true });
  publish(modelsChanged, { version: (await importer.models.list(null)).version });
  return report.toText(dryRun ? 'would be taken' : 'taken');
}

async function configOf({ configFile }: ImportOptions, variables: Variables) {
  if (configFile === null) return { timeZone: 'UTC', variables };
  const file = resolve(configFile);
  const source = { file, text: await readFile(file, 'utf8') };
  const loaded = loadConfig(source, variables, { needsMasterKey: false });
  return { timeZone: loaded.config.general.timeZone, variables: loaded.variables };
}

/** What models are sealed with by the gateway that the data is of. */
async function vaultOf({ target, dryRun }: ImportOptions, variables: Variables): Promise<Vault | null> {
  const given = variables['TOLLGATE_SALT_KEY'] ?? variables['LITELLM_SALT_KEY'];
  if (given !== undefined && given !== '') return new Vault(given);
  if (!('dataDirectory' in target)) return null;
  return new Vault(
    dryRun ? 'nothing is written' : (await ownSecret(target.dataDirectory, 'salt-key', '')).text,
  );
}

/** To tell a gateway that runs; without NATS there is none that could be told. */
async function busOf(
  { target, dryRun }: ImportOptions,
  variables: Variables,
  closers: Closer[],
): Promise<Bus | null> {
  const url = variables['NATS_URL'];
  if (dryRun || !('url' in target) || url === undefined || url === '') return null;
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tollgate-import-'));
  closers.push(() => rm(dataDirectory, { recursive: true, force: true }));
  const bus = await connectNats({ url, dataDirectory, name: 'import' });
  closers.push(() => bus.close());
  return bus;
}
