// What the benchmark calls. A target is `{ name, port, head, model, stop }`: `head` are extra request header lines.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, requireServers, startDistributed, startGateway } from '../../libs/testing/dist/index.js';
import { GATEWAY_CORE, file, pin, startNode, startingOn } from './processes.mjs';

/** A target that cannot run here; the benchmark goes on without it. */
export class Unavailable extends Error {}

const portOf = (url) => Number(new URL(url).port);

async function direct(upstream) {
  return { port: portOf(upstream), model: 'bench', head: [], stop: () => undefined };
}

async function bare(upstream) {
  const started = await startNode([file('bare-proxy.mjs'), upstream], {
    core: GATEWAY_CORE,
    ready: /"port":(\d+)/,
    env: { NODE_ENV: 'production' },
  });
  return { port: Number(started.match[1]), model: 'bench', head: [], stop: started.stop };
}

const config = (upstream) => ({
  model_list: [
    {
      model_name: 'bench',
      litellm_params: {
        model: 'openai/gpt-4o-mini',
        api_base: `${upstream}/v1`,
        api_key: 'sk-upstream',
      },
    },
  ],
});

// The port is read from the log, so the line of the start must be in it.
const env = { LOG_LEVEL: 'info', NODE_ENV: 'production' };

const LIMITS = { rpm_limit: 1_000_000_000, max_parallel_requests: 100_000 };

/** Keys are checked, calls are admitted and usage is recorded, as in production. */
async function tollgate(gateway, others = []) {
  const pids = [...Object.values(gateway.processes).map(({ pid }) => pid), ...others];
  for (const pid of pids) pin(pid, GATEWAY_CORE);
  const response = await fetch(`${gateway.url}/key/generate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.masterKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ key_alias: 'bench', max_budget: 1_000_000, ...LIMITS }),
  });
  if (!response.ok) throw new Error(`/key/generate: ${response.status} ${await response.text()}`);
  const { key } = await response.json();
  return {
    port: portOf(gateway.url),
    model: 'bench',
    head: [`authorization: Bearer ${key}`],
    rss: () => Object.fromEntries(Object.entries(gateway.processes).map(([name, own]) => [name, own.rss()])),
    stop: () => gateway.stop(),
  };
}

async function embedded(upstream) {
  return tollgate(
    await startingOn(GATEWAY_CORE, () => startGateway({ mode: 'embedded', config: config(upstream), env })),
  );
}

async function distributed(upstream) {
  const servers = requireServers();
  if (!servers.available) throw new Unavailable(servers.reason);
  const gateway = await startingOn(GATEWAY_CORE, () => startDistributed({ config: config(upstream), env }));
  return tollgate(
    gateway,
    Object.values(gateway.servers).map(({ pid }) => pid),
  );
}

const PORTKEY = { '@portkey-ai/gateway': '1.15.2', hono: '4.9.7', '@hono/node-server': '1.13.5' };

/** Portkey's gateway, installed outside the workspace. */
async function portkey(upstream) {
  const folder = join(tmpdir(), 'tollgate-bench-portkey');
  const script = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  if (!existsSync(script)) installPortkey(folder);
  if (!existsSync(script)) throw new Unavailable('Portkey could not be installed (is there a network?)');
  const port = await freePort();
  const started = await startNode([script, '--headless', `--port=${port}`], {
    core: GATEWAY_CORE,
    ready: /running at|listening|:\d{4,5}/i,
    env: { NODE_ENV: 'production' },
    cwd: folder,
  });
  await answering(port);
  const head = [
    'authorization: Bearer sk-upstream',
    'x-portkey-provider: openai',
    `x-portkey-custom-host: ${upstream}/v1`,
  ];
  return { port, model: 'bench', head, stop: started.stop };
}

function installPortkey(folder) {
  mkdirSync(folder, { recursive: true });
  // NOTE without the override npm nests a newer node-server, with which Portkey's streams fail: "immutable" headers.
  const overrides = { '@hono/node-server': PORTKEY['@hono/node-server'] };
  const manifest = { private: true, dependencies: PORTKEY, overrides };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  process.stderr.write('Installing Portkey for comparison\n');
  spawnSync('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps'], {
    cwd: folder,
    stdio: 'ignore',
    timeout: 300_000,
  });
}

async function answering(port) {
  const deadline = Date.now() + 20_000;
  const alive = () => fetch(`http://127.0.0.1:${port}/`).then(Boolean, () => false);
  while (!(await alive())) {
    if (Date.now() > deadline) throw new Error('Portkey does not answer');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const TARGETS = { direct, bare, embedded, distributed, portkey };
