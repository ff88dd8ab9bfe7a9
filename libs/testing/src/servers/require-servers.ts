import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programOf } from './programs.js';

/** Whether this machine can run the servers of the distributed mode; if not, what a person could do about it. */
export type ServerSupport =
  { readonly available: true } | { readonly available: false; readonly reason: string };

/** Program → Debian package. */
const PACKAGES: Readonly<Record<string, string>> = {
  'nats-server': 'nats-server',
  'redis-server': 'redis-server',
  postgres: 'postgresql',
};
const POLICY = '/usr/sbin/policy-rc.d';
const RETRY_MS = 600_000;

let support: ServerSupport | undefined;

/** Finds the servers; installs missing ones where it may (root on Debian); else looks for a container engine. */
export function requireServers(): ServerSupport {
  support ??= findServers();
  return support;
}

function findServers(): ServerSupport {
  if (missing().length === 0) return { available: true };
  if (process.getuid?.() === 0 && programOf('apt-get') !== undefined) install();
  const names = missing();
  if (names.length === 0 || engineAnswers()) return { available: true };
  const packages = names.map((name) => PACKAGES[name] ?? name).join(' ');
  return {
    available: false,
    reason: `${names.join(', ')} not found. To enable these tests: sudo apt-get install -y ${packages}`,
  };
}

const missing = (): string[] => Object.keys(PACKAGES).filter((name) => programOf(name) === undefined);

function engineAnswers(): boolean {
  const options = { timeout: 10_000, stdio: 'ignore' as const };
  return spawnSync('docker', ['info', '--format', '{{.ServerVersion}}'], options).status === 0;
}

/** One process installs, others wait for it; a machine without network is not asked again for ten minutes. */
function install(): void {
  const failed = join(tmpdir(), 'tollgate-servers-failed');
  if (existsSync(failed) && Date.now() - statSync(failed).mtimeMs < RETRY_MS) return;
  const apt = 'apt-get -y -q -o DPkg::Lock::Timeout=300';
  const script = `${apt} update; ${apt} install --no-install-recommends "$@"`;
  process.stderr.write(`Installing ${missing().join(', ')} for the distributed tests\n`);
  withoutServices(() => {
    const packages = missing().map((name) => PACKAGES[name] ?? name);
    const lock = join(tmpdir(), 'tollgate-servers.lock');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('flock', [lock, 'sh', '-c', script, 'sh', ...packages], {
      env,
      stdio: 'ignore',
      timeout: 600_000,
    });
  });
  if (missing().length > 0) writeFileSync(failed, '');
}

/** Debian starts a server when it installs it, unless this policy says no. */
function withoutServices(work: () => void): void {
  const foreign = existsSync(POLICY);
  if (!foreign) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    work();
  } finally {
    if (!foreign) rmSync(POLICY, { force: true });
  }
}

/**
 * A `describe` for suites which need NATS, Redis and PostgreSQL. Without them it is reported as skipped and says why;
 * with `CI=true` it fails.
 */
export function describeWithServers(name: string, suite: () => void): void {
  const found = requireServers();
  if (found.available) {
    describe(name, suite);
  } else if (process.env['CI'] === 'true') {
    describe(name, () => {
      it('has its servers', () => {
        throw new Error(found.reason);
      });
    });
  } else {
    process.stderr.write(`Skipped: ${name}: ${found.reason}\n`);
    describe.skip(`${name} (${found.reason})`, suite);
  }
}
