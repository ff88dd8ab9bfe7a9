import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Compose {
  services: Record<
    string,
    { command?: string[]; healthcheck?: object; build?: object; environment?: Record<string, string> }
  >;
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as Compose;
const hasValidator = spawnSync('docker-compose', ['version']).status === 0;

describe('docker-compose.yml', () => {
  it('describes every process and server', () => {
    expect(Object.keys(compose.services).sort()).toEqual([
      'billing',
      'ingress',
      'nats',
      'postgres',
      'redis',
      'router',
      'worker-anthropic',
      'worker-azure',
      'worker-ollama',
      'worker-openai',
      'worker-tools',
    ]);
  });

  it('checks the health of every service, servers here and processes in their image', () => {
    const image = readFileSync('deploy/Dockerfile', 'utf8');
    for (const service of Object.values(compose.services))
      expect(
        service.healthcheck !== undefined || (service.build !== undefined && image.includes('HEALTHCHECK')),
      ).toBe(true);
  });

  it('gives provider keys to workers and the database to billing alone', () => {
    for (const [name, { environment = {} }] of Object.entries(compose.services)) {
      const variables = Object.keys(environment);
      if (!name.startsWith('worker-'))
        expect(variables.filter((variable) => variable.endsWith('_API_KEY'))).toEqual([]);
      expect(variables.includes('DATABASE_URL')).toBe(name === 'billing');
    }
  });

  // Compose 1.29 validates against the Compose schema without an engine (Debian: apt-get install docker-compose).
  (hasValidator || process.env['CI'] === 'true' ? it : it.skip)('passes the Compose schema', () => {
    const environment = { ...process.env, TOLLGATE_MASTER_KEY: 'sk-0123456789abcdef' };
    const out = execFileSync('docker-compose', ['-f', 'docker-compose.yml', 'config'], {
      env: environment,
      encoding: 'utf8',
    });
    expect(out).toContain('worker-ollama');
  });
});
