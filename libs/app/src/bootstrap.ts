import 'reflect-metadata';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BusStrategy, GatewayRpcExceptionFilter } from '@tollgate/bus';
import {
  helpRequested,
  LiveConfig,
  NATIVE_PROVIDERS,
  PASS_THROUGH,
  processEnvironment,
  readEnvironment,
  type Environment,
  type GatewayConfig,
} from '@tollgate/config';
import { CONTRACTS, MCP_PROVIDER, type Service } from '@tollgate/contracts';
import { createLogger, nestLogger, setLogLevel } from '@tollgate/observability';
import { DrainClock } from './drain-clock.js';
import { followerFailed } from './events.js';
import { answerFrameworkError } from './framework-errors.js';
import { serveHealth } from './health.js';
import { letHeapGrow } from './heap.js';
import type { MasterKeyOrigin } from './master-key.js';
import { PlatformModule } from './platform.module.js';
import { checkPort } from './port-check.js';
import { openPorts } from './ports.js';
import { Readiness } from './readiness.js';
import { loadSettings } from './settings.js';
import { onSignal } from './shutdown.js';
import { startFailure } from './start-failure.js';

const logger = createLogger('app');

/** How an app is put together: its name, its Nest module and the services whose messages it answers. */
export interface AppDefinition {
  readonly name: string;
  /** Its Nest module; loaded when the settings are known to be good, for that is most of what a start takes. */
  readonly load: (environment: Environment) => Promise<Type | DynamicModule>;
  /** Default: the service of the app's own name. */
  readonly services?: readonly Service[];
  /** Port when the environment names none; 0 is any free one. */
  readonly defaultPort?: number;
}

export interface RunningApp {
  readonly url: string;
  readonly config: GatewayConfig;
  readonly environment: Environment;
  /** Null in a process that does not authenticate. */
  readonly masterKeyOrigin: MasterKeyOrigin | null;
  /** Drains and closes everything. Idempotent. */
  close(): Promise<void>;
}

/** Starts a process: settings, ports, Nest, health, the bus, HTTP; and ends it in order on SIGTERM or SIGINT. */
export async function bootstrap(definition: AppDefinition): Promise<RunningApp> {
  const help = helpRequested(process.argv.slice(2));
  if (help !== null) {
    process.stdout.write(help);
    process.exit(0);
  }
  try {
    const app = await start(definition);
    onSignal(app, app.environment.drainMs);
    return app;
  } catch (cause) {
    const failure = startFailure(cause);
    if (failure === null) throw cause;
    process.stderr.write(`${failure.message}\n`);
    process.exit(failure.exitCode);
  }
}

async function start(definition: AppDefinition): Promise<RunningApp> {
  const services = definition.services ?? [definition.name as Service];
  const given = readEnvironment(processEnvironment(), process.argv.slice(2), {
    port: definition.defaultPort ?? 0,
    needsDatabase: services.includes('billing'),
  });
  setLogLevel(given.logLevel);
  const isEmbedded = given.natsUrl === null;
  if (isEmbedded) letHeapGrow();
  const settings = await loadSettings(given, services);
  const { config, environment, masterKeyOrigin } = settings;
  // Others start at once, and need not answer a client that is waiting for them with a closed connection.
  if (isEmbedded) await checkPort(environment.port, environment.host);
  const [module, ports] = await Promise.all([
    definition.load(environment),
    openPorts(definition.name, environment),
  ]);
  const servesModels = services.some((service) => service !== 'billing');
  const platform = PlatformModule.of({ ...ports, ...settings, variables: given.variables, servesModels });
  const app = await createApp(module, platform, config);

  const drain = new DrainClock(environment.drainMs);
  const strategy = new BusStrategy({
    bus: ports.bus,
    contracts: CONTRACTS,
    services,
    targets: environment.providers ?? providersOf(config),
    controllerOf: (type) => app.get<object>(type, { strict: false }),
    graceMs: () => drain.remainingMs(),
  });
  // A provider that comes with another config is served as well, unless this worker is for certain ones.
  if (environment.providers === null)
    app.get(LiveConfig).follow((now) => void strategy.addTargets(providersOf(now)).catch(followerFailed));
  // On the bus alone: Nest runs one filter an error, and HTTP errors have one of their own.
  app
    .connectMicroservice({ strategy }, { deferInitialization: true })
    .useGlobalFilters(new GatewayRpcExceptionFilter());
  await app.startAllMicroservices();
  await app.listen(environment.port, environment.host);

  const url = await app.getUrl();
  logger.info(
    { event: 'app.listening', name: definition.name, port: Number(new URL(url).port) },
    `${definition.name} listens on ${url}`,
  );
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= drain.run(app));
  return { url, config, environment, masterKeyOrigin, close };
}

/** Providers of the config, and those whose own API has a path of its own: for that, their variables are enough. */
const providersOf = ({ deployments, mcpServers, general }: GatewayConfig): string[] => [
  ...new Set([...NATIVE_PROVIDERS, ...deployments.map(({ provider }) => provider)]),
  ...(mcpServers.size > 0 ? [MCP_PROVIDER] : []),
  ...(general.passThroughs.length > 0 ? [PASS_THROUGH] : []),
];

@Module({})
class RootModule {}

/** Routes here have no JSON schemas: zod reads what they are sent. Fastify's compilers would be two hundred modules more to load. */
function noSchemas(): never {
  throw new Error('a route was declared with a JSON schema; check its input with zod');
}

async function createApp(
  module: Type | DynamicModule,
  platform: DynamicModule,
  config: GatewayConfig,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    // There is no Express middleware here, and its engine costs every request.
    skipMiddie: true,
    bodyLimit: config.general.maxRequestBytes,
    // Slow-loris limits: headers within 15 s, a whole request (100 MB on a slow line) within 5 min.
    requestTimeout: 300_000,
    keepAliveTimeout: 75_000,
    http: { headersTimeout: 15_000, maxHeaderSize: 32_768 },
    forceCloseConnections: 'idle',
    frameworkErrors: answerFrameworkError,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  });
  const root: DynamicModule = { module: RootModule, imports: [platform, module] };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    logger: nestLogger(),
    abortOnError: false,
  });
  serveHealth(adapter.getInstance(), app.get(Readiness));
  return app;
}
