// Processes of the load tests: pinned to a core where the system can, and ended with the test.
import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

export const GATEWAY_CORE = 0;
export const LOAD_CORE = 1;
export const canPin =
  availableParallelism() > 1 && spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0;

const children = new Set();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

export const file = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Moves a running process, all of its threads, to one core. */
export function pin(pid, core) {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
}

/**
 * What is started meanwhile is on the core from its first moment, so that it counts its processors as it would in a container with
 * one: NATS pinned later keeps a thread for each of the machine's, and they look for work in vain (a third of its CPU).
 */
export async function startingOn(core, start) {
  if (!canPin) return start();
  const { stdout } = spawnSync('taskset', ['-c', '-p', String(process.pid)], { encoding: 'utf8' });
  const cores = stdout.trim().split(' ').at(-1);
  pin(process.pid, core);
  try {
    return await start();
  } finally {
    pin(process.pid, cores);
  }
}

function own(child, core) {
  children.add(child);
  child.once('exit', () => children.delete(child));
  pin(child.pid, core);
  return child;
}

/** Starts a node program and waits until its output matches. */
export async function startNode(args, { core, ready, env = {}, cwd }) {
  const child = own(
    spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
    core,
  );
  let output = '';
  const match = await new Promise((resolve, reject) => {
    const read = (text) => {
      if (output.length > 100_000) return;
      output += text;
      const found = ready.exec(output);
      if (found !== null) resolve(found);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', read);
    child.once('exit', () => reject(new Error(`${args[0]} ended:\n${output}`)));
  });
  pin(child.pid, core);
  return { match, pid: child.pid, stop: () => stop(child) };
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await once(child, 'exit');
  clearTimeout(timer);
}

/** The load generator: `run(job)` resolves to what it measured. */
export async function startGenerator() {
  const child = own(fork(file('generator.mjs')), LOAD_CORE);
  await once(child, 'message');
  return {
    async run(job) {
      child.send(job);
      const [result] = await once(child, 'message');
      return result;
    },
    stop: () => stop(child),
  };
}

/** The fault lab with precomputed answers. */
export async function startUpstream(args = ['--bench']) {
  const lab = file('../../libs/testing/dist/fault-lab/main.js');
  const { match, ...rest } = await startNode([lab, ...args], { core: LOAD_CORE, ready: /listens on (\S+)/ });
  return { url: match[1], ...rest };
}
