import { resolve } from 'node:path';
import { ConfigError } from './config-error.js';
import type { Environment } from './environment.js';
import { readFlags, type Flags } from './flags.js';
import type { Variables } from './setting.js';

export interface EnvironmentDefaults {
  /** Port when none is given; 4000 unless told. */
  readonly port?: number;
  /** The process talks to the database itself: `DATABASE_URL` is required when distributed. */
  readonly needsDatabase?: boolean;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
/** Python's names, which LITELLM_LOG holds. */
const LOG_LEVEL_ALIASES: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal' };
const DEFAULT_DRAIN_SECONDS = 30;
const DEFAULT_REDIS_TIMEOUT_MS = 50;

/**
 * The environment of a process from its variables and command line; a flag wins over a variable.
 * Throws one `ConfigError` with every problem. Values of URLs are never part of a message: they hold passwords.
 */
export function readEnvironment(
  variables: Variables,
  argv: readonly string[],
  defaults: EnvironmentDefaults = {},
): Environment {
  const problems: string[] = [];
  const flags = readFlags(argv, problems);
  const first = (...names: string[]): string | undefined =>
    names.map((name) => variables[name]?.trim()).find((value) => value !== undefined && value !== '');
  const natsUrl = first('NATS_URL') ?? null;
  const distributed = natsUrl !== null;
  const environment: Environment = {
    mode: distributed ? 'distributed' : 'embedded',
    natsUrl,
    ...storeUrls(first, { distributed, needsDatabase: defaults.needsDatabase ?? false }, problems),
    host: flags.host ?? first('HOST') ?? (distributed ? '0.0.0.0' : '127.0.0.1'),
    port: readPort(flags, first('PORT'), defaults.port ?? 4000, problems),
    dataDirectory: resolve(flags.data ?? first('TOLLGATE_DATA') ?? '.tollgate'),
    configFile: flags.config ?? first('CONFIG_FILE', 'TOLLGATE_CONFIG') ?? null,
    saltKey: first('TOLLGATE_SALT_KEY', 'LITELLM_SALT_KEY') ?? null,
    providers: readProviders(first('PROVIDERS', 'PROVIDER')),
    drainMs: readDrain(first('DRAIN_SECONDS'), problems),
    redisTimeoutMs: readRedisTimeout(first('REDIS_TIMEOUT_MS'), problems),
    logLevel: readLogLevel(first('LOG_LEVEL', 'LITELLM_LOG'), problems),
    variables,
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return environment;
}

type Lookup = (...names: string[]) => string | undefined;

/** A process without NATS is embedded whatever else is set: LiteLLM users often have DATABASE_URL and REDIS_URL. */
function storeUrls(
  first: Lookup,
  { distributed, needsDatabase }: { distributed: boolean; needsDatabase: boolean },
  problems: string[],
): Pick<Environment, 'redisUrl' | 'databaseUrl'> {
  if (!distributed) return { redisUrl: null, databaseUrl: null };
  const redisUrl = first('REDIS_URL') ?? null;
  const databaseUrl = first('DATABASE_URL') ?? null;
  if (redisUrl === null) problems.push('REDIS_URL is missing: NATS_URL makes this process distributed');
  else if (!/^rediss?:\/\//.test(redisUrl)) problems.push('REDIS_URL must start with redis:// or rediss://');
  if (databaseUrl === null) {
    if (needsDatabase) problems.push('DATABASE_URL is missing: NATS_URL makes this process distributed');
  } else if (!/^postgres(ql)?:\/\//.test(databaseUrl)) {
    problems.push('DATABASE_URL must start with postgres:// or postgresql://');
  }
  return { redisUrl, databaseUrl };
}

function readPort(flags: Flags, variable: string | undefined, fallback: number, problems: string[]): number {
  const [source, text] = flags.port === undefined ? ['PORT', variable] : ['--port', flags.port];
  if (text === undefined) return fallback;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  problems.push(`${source} must be a whole number from 0 to 65535 (got "${text}")`);
  return fallback;
}

function readProviders(text: string | undefined): readonly string[] | null {
  const names = (text ?? '').split(',').map((name) => name.trim());
  const given = [...new Set(names.filter((name) => name !== ''))];
  return given.length === 0 ? null : given;
}

function readDrain(text: string | undefined, problems: string[]): number {
  const seconds = text === undefined ? DEFAULT_DRAIN_SECONDS : Number(text);
  if (Number.isFinite(seconds) && seconds >= 0) return Math.round(seconds * 1000);
  problems.push(`DRAIN_SECONDS must be a number of seconds, 0 or more (got "${text ?? ''}")`);
  return DEFAULT_DRAIN_SECONDS * 1000;
}

function readRedisTimeout(text: string | undefined, problems: string[]): number {
  const milliseconds = text === undefined ? DEFAULT_REDIS_TIMEOUT_MS : Number(text);
  if (Number.isFinite(milliseconds) && milliseconds >= 1) return Math.round(milliseconds);
  problems.push(`REDIS_TIMEOUT_MS must be a number of milliseconds, 1 or more (got "${text ?? ''}")`);
  return DEFAULT_REDIS_TIMEOUT_MS;
}

function readLogLevel(text: string | undefined, problems: string[]): string {
  const given = (text ?? 'info').toLowerCase();
  const level = LOG_LEVEL_ALIASES[given] ?? given;
  if (LOG_LEVELS.includes(level)) return level;
  problems.push(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')} (got "${text ?? ''}")`);
  return 'info';
}
