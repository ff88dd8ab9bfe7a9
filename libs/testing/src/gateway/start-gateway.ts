import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats, startPostgres, startRedis, type TestServer } from '../servers/start-server.js';
import { buildOnce } from './build.js';
import { GatewayProcess } from './gateway-process.js';

export interface GatewayOptions {
  /** The config file's text, or the object that it should hold. Absent: no file. */
  readonly config?: string | object;
  /** Added to the environment of every process. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface EmbeddedOptions extends GatewayOptions {
  readonly mode: 'embedded';
}

/** The kinds of processes of a distributed gateway. */
type Kind = 'ingress' | 'router' | 'worker' | 'billing';

export interface DistributedOptions extends GatewayOptions {
  /** How many of each kind; one of each by default. */
  readonly replicas?: Readonly<Partial<Record<Kind, number>>>;
  /** Added to the environment of one kind of processes alone. */
  readonly envOf?: Readonly<Partial<Record<Kind, Readonly<Record<string, string>>>>>;
}

/** A running gateway of real processes, in a temporary folder and on free ports. */
export interface Gateway<Names extends string> {
  /** Of the (first) ingress. */
  readonly url: string;
  readonly masterKey: string;
  readonly processes: Readonly<Record<Names, GatewayProcess>>;
  /** The config file that every process reads and watches; null when there is none. */
  readonly configFile: string | null;
  /** Stops everything and removes the data. */
  stop(): Promise<void>;
}

export interface DistributedGateway extends Gateway<Kind> {
  /** All replicas of each kind; the first ones are `processes`. */
  readonly replicas: Readonly<Record<Kind, readonly GatewayProcess[]>>;
  readonly servers: { readonly nats: TestServer; readonly redis: TestServer; readonly postgres: TestServer };
}

/** The embedded gateway: one process, nothing else. */
export async function startGateway(options: EmbeddedOptions): Promise<Gateway<'standalone'>> {
  buildOnce();
  const home = new Home(options);
  const standalone = new GatewayProcess('standalone', home.environment('standalone'));
  const stop = async (): Promise<void> => {
    await standalone.stop();
    home.remove();
  };
  await orStop(standalone.start(), stop);
  const { masterKey, configFile } = home;
  return { url: standalone.url, masterKey, configFile, processes: { standalone }, stop };
}

/** The distributed gateway: four kinds of processes on servers of their own. */
export async function startDistributed(options: DistributedOptions = {}): Promise<DistributedGateway> {
  buildOnce();
  const [nats, redis, postgres] = await Promise.all([startNats(), startRedis(), startPostgres()]);
  const home = new Home(options);
  const shared = { NATS_URL: nats.url, REDIS_URL: redis.url };
  const create = (kind: Kind, folder: string): GatewayProcess =>
    new GatewayProcess(kind, {
      ...home.environment(folder),
      ...shared,
      ...(kind === 'billing' && { DATABASE_URL: postgres.url }),
      ...options.envOf?.[kind],
    });
  const replicasOf = (kind: Kind): GatewayProcess[] =>
    Array.from({ length: options.replicas?.[kind] ?? 1 }, (_, at) => create(kind, `${kind}${String(at)}`));
  const replicas = {
    ingress: replicasOf('ingress'),
    router: replicasOf('router'),
    worker: replicasOf('worker'),
    billing: replicasOf('billing'),
  };
  const all = Object.values(replicas).flat();
  const stop = async (): Promise<void> => {
    await Promise.all(replicas.ingress.map((process) => process.stop()));
    await Promise.all(all.map((process) => process.stop()));
    await Promise.all([nats, redis, postgres].map((server) => server.stop()));
    home.remove();
  };
  await orStop(Promise.all(all.map((process) => process.start())), stop);
  const processes = {
    ingress: firstOf(replicas.ingress),
    router: firstOf(replicas.router),
    worker: firstOf(replicas.worker),
    billing: firstOf(replicas.billing),
  };
  const { url } = processes.ingress;
  const { masterKey, configFile } = home;
  return { url, masterKey, configFile, processes, replicas, stop, servers: { nats, redis, postgres } };
}

function firstOf([first]: readonly GatewayProcess[]): GatewayProcess {
  if (first === undefined) throw new Error('A gateway needs at least one process of each kind');
  return first;
}

async function orStop(started: Promise<unknown>, stop: () => Promise<void>): Promise<void> {
  try {
    await started;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Variables that programs need and that say nothing about Tollgate: the tester's own settings must not leak in. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG'] as const;

/** The folder of one gateway: its config file and a data directory for each process. */
class Home {
  readonly masterKey: string;
  readonly configFile: string | null;
  private readonly folder = mkdtempSync(join(tmpdir(), 'tollgate-gateway-'));

  constructor(private readonly options: GatewayOptions) {
    this.masterKey = options.env?.['LITELLM_MASTER_KEY'] ?? `sk-${randomBytes(24).toString('hex')}`;
    const { config } = options;
    this.configFile = config === undefined ? null : join(this.folder, 'tollgate.yaml');
    if (this.configFile === null) return;
    // JSON is YAML.
    writeFileSync(this.configFile, typeof config === 'string' ? config : JSON.stringify(config, null, 2));
  }

  environment(name: string): Record<string, string | undefined> {
    const data = join(this.folder, name);
    mkdirSync(data, { recursive: true, mode: 0o700 });
    return {
      ...Object.fromEntries(INHERITED.map((variable) => [variable, process.env[variable]])),
      ...{ HOST: '127.0.0.1', TOLLGATE_DATA: data, LITELLM_MASTER_KEY: this.masterKey },
      ...(this.configFile !== null && { TOLLGATE_CONFIG: this.configFile }),
      ...this.options.env,
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
