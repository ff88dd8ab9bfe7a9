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

export interface DistributedOptions extends GatewayOptions {
  readonly ingressReplicas?: number;
}

/** A running gateway of real processes, in a temporary folder and on free ports. */
export interface Gateway<Names extends string> {
  /** Of the (first) ingress. */
  readonly url: string;
  readonly masterKey: string;
  readonly processes: Readonly<Record<Names, GatewayProcess>>;
  /** Stops everything and removes the data. */
  stop(): Promise<void>;
}

export interface DistributedGateway extends Gateway<'ingress' | 'router' | 'worker' | 'billing'> {
  /** All replicas; the first is `processes.ingress`. */
  readonly ingresses: readonly GatewayProcess[];
  readonly servers: { readonly nats: TestServer; readonly redis: TestServer; readonly postgres: TestServer };
}

/** The embedded gateway: one process, nothing else. */
export async function startGateway(options: EmbeddedOptions): Promise<Gateway<'standalone'>> {
  await buildOnce();
  const home = new Home(options);
  const standalone = new GatewayProcess('standalone', home.environment('standalone'));
  const stop = async (): Promise<void> => {
    await standalone.stop();
    home.remove();
  };
  await orStop(standalone.start(), stop);
  return { url: standalone.url, masterKey: home.masterKey, processes: { standalone }, stop };
}

/** The distributed gateway: four kinds of processes on servers of their own. */
export async function startDistributed(options: DistributedOptions = {}): Promise<DistributedGateway> {
  const [nats, redis, postgres] = await Promise.all([
    startNats(),
    startRedis(),
    startPostgres(),
    buildOnce(),
  ]);
  const home = new Home(options);
  const shared = { NATS_URL: nats.url, REDIS_URL: redis.url };
  const create = (name: string, folder = name): GatewayProcess =>
    new GatewayProcess(name, {
      ...home.environment(folder),
      ...shared,
      ...(name === 'billing' && { DATABASE_URL: postgres.url }),
    });
  const replicas = Array.from({ length: options.ingressReplicas ?? 1 }, (_, at) =>
    create('ingress', `ingress${String(at)}`),
  );
  const [ingress] = replicas;
  if (ingress === undefined) throw new Error('A gateway needs an ingress');
  const processes = {
    ingress,
    router: create('router'),
    worker: create('worker'),
    billing: create('billing'),
  };
  const all = [...replicas, processes.router, processes.worker, processes.billing];
  const stop = async (): Promise<void> => {
    await Promise.all(replicas.map((process) => process.stop()));
    await Promise.all(all.map((process) => process.stop()));
    await Promise.all([nats, redis, postgres].map((server) => server.stop()));
    home.remove();
  };
  await orStop(Promise.all(all.map((process) => process.start())), stop);
  return {
    ...{ url: ingress.url, masterKey: home.masterKey, processes, ingresses: replicas, stop },
    servers: { nats, redis, postgres },
  };
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
  private readonly folder = mkdtempSync(join(tmpdir(), 'tollgate-gateway-'));
  private readonly configFile: string | undefined;

  constructor(private readonly options: GatewayOptions) {
    this.masterKey = options.env?.['LITELLM_MASTER_KEY'] ?? `sk-${randomBytes(24).toString('hex')}`;
    if (options.config === undefined) return;
    const { config } = options;
    this.configFile = join(this.folder, 'tollgate.yaml');
    // JSON is YAML.
    writeFileSync(this.configFile, typeof config === 'string' ? config : JSON.stringify(config, null, 2));
  }

  environment(name: string): Record<string, string | undefined> {
    const data = join(this.folder, name);
    mkdirSync(data, { recursive: true, mode: 0o700 });
    return {
      ...Object.fromEntries(INHERITED.map((variable) => [variable, process.env[variable]])),
      ...{ HOST: '127.0.0.1', TOLLGATE_DATA: data, LITELLM_MASTER_KEY: this.masterKey },
      ...(this.configFile !== undefined && { TOLLGATE_CONFIG: this.configFile }),
      ...this.options.env,
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
