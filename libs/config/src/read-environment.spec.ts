import { resolve } from 'node:path';
import { ConfigError } from './config-error.js';
import { helpRequested } from './flags.js';
import { readEnvironment, type EnvironmentDefaults } from './read-environment.js';
import type { Variables } from './setting.js';

const DISTRIBUTED = { NATS_URL: 'nats://bus:4222', REDIS_URL: 'redis://state:6379' };

function problemsOf(
  variables: Variables,
  argv: readonly string[] = [],
  defaults: EnvironmentDefaults = {},
): readonly string[] {
  try {
    readEnvironment(variables, argv, defaults);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('readEnvironment', () => {
  it('is embedded, on this machine alone, when nothing is said', () => {
    expect(readEnvironment({}, [])).toEqual({
      mode: 'embedded',
      natsUrl: null,
      redisUrl: null,
      databaseUrl: null,
      host: '127.0.0.1',
      port: 4000,
      dataDirectory: resolve('.tollgate'),
      configFile: null,
      saltKey: null,
      providers: null,
      drainMs: 30_000,
      redisTimeoutMs: 50,
      logLevel: 'info',
      variables: {},
    });
  });

  it('is distributed with NATS_URL, and then open to other machines', () => {
    const variables = { ...DISTRIBUTED, DATABASE_URL: 'postgresql://db/tollgate' };
    expect(readEnvironment(variables, [], { port: 4001, needsDatabase: true })).toMatchObject({
      mode: 'distributed',
      natsUrl: 'nats://bus:4222',
      redisUrl: 'redis://state:6379',
      databaseUrl: 'postgresql://db/tollgate',
      host: '0.0.0.0',
      port: 4001,
    });
  });

  it('stays embedded for someone who has only the variables of LiteLLM', () => {
    const variables = { REDIS_URL: 'redis://state', DATABASE_URL: 'postgresql://db/litellm' };
    expect(readEnvironment(variables, [])).toMatchObject({
      mode: 'embedded',
      redisUrl: null,
      databaseUrl: null,
    });
  });

  it('prefers flags to variables', () => {
    const variables = { PORT: '1', HOST: 'a', CONFIG_FILE: 'a.yaml', TOLLGATE_DATA: '/a' };
    const argv = ['--port', '0', '--host=b', '--config', 'b.yaml', '--data=/b'];
    expect(readEnvironment(variables, argv)).toMatchObject({
      port: 0,
      host: 'b',
      configFile: 'b.yaml',
      dataDirectory: '/b',
    });
    expect(readEnvironment(variables, [])).toMatchObject({
      port: 1,
      host: 'a',
      configFile: 'a.yaml',
      dataDirectory: '/a',
    });
  });

  it.each([
    [{ PROVIDERS: 'openai, azure,,openai' }, { providers: ['openai', 'azure'] }],
    [{ PROVIDER: 'ollama' }, { providers: ['ollama'] }],
    [{ TOLLGATE_CONFIG: 'x.yaml' }, { configFile: 'x.yaml' }],
    [{ DRAIN_SECONDS: '1.5' }, { drainMs: 1500 }],
    [{ LITELLM_LOG: 'DEBUG' }, { logLevel: 'debug' }],
    [{ LITELLM_LOG: 'WARNING' }, { logLevel: 'warn' }],
    [{ TOLLGATE_SALT_KEY: 'a', LITELLM_SALT_KEY: 'b' }, { saltKey: 'a' }],
    [{ LITELLM_SALT_KEY: 'b' }, { saltKey: 'b' }],
    [{ PORT: '' }, { port: 4000 }],
  ])('%j', (variables: Variables, expected) => {
    expect(readEnvironment(variables, [])).toMatchObject(expected);
  });

  it('tells every problem at once', () => {
    const variables = { NATS_URL: 'nats://bus', PORT: '70000', DRAIN_SECONDS: 'soon', LOG_LEVEL: 'loud' };
    expect(problemsOf(variables, ['--confg', 'x.yaml', '--data'], { needsDatabase: true })).toEqual([
      '--confg: unknown flag; did you mean --config?',
      'x.yaml: unexpected argument',
      '--data needs a value',
      'REDIS_URL is missing: NATS_URL makes this process distributed',
      'DATABASE_URL is missing: NATS_URL makes this process distributed',
      'PORT must be a whole number from 0 to 65535 (got "70000")',
      'DRAIN_SECONDS must be a number of seconds, 0 or more (got "soon")',
      'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent (got "loud")',
    ]);
  });

  it('never tells the password in a URL', () => {
    const variables = {
      NATS_URL: 'nats://bus',
      REDIS_URL: 'http://:hunter2@state',
      DATABASE_URL: 'mysql://u:hunter2@db',
    };
    expect(problemsOf(variables)).toHaveLength(2);
    expect(problemsOf(variables).join()).not.toContain('hunter2');
  });

  it.each(['4000x', '-1', '1.5', '0x10', '65536'])('refuses port %s', (port) => {
    expect(problemsOf({}, [`--port=${port}`])[0]).toContain(`(got "${port}")`);
  });
});

it('ConfigError counts its problems, one a line', () => {
  expect(new ConfigError(['a', 'b']).message).toBe('2 problems:\na\nb');
  expect(String(new ConfigError(['a']))).toBe('ConfigError: 1 problem:\na');
});

it('--help is asked for or not', () => {
  expect(helpRequested(['--port', '1', '--help'])).toContain('--config FILE');
  expect(helpRequested(['--port', '1'])).toBeNull();
});
