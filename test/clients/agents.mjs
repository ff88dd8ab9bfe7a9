// Coding agents with a Tollgate on loopback in place of their vendors: each runs a command that a model asks for, and
// tells what the model made of its result, in front of every dialect of the fault lab.
// `npm run agents`, or `npm run agents -- codex gemini-cli`. They are installed into a temporary folder, without scripts.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFaultLab, startGateway } from '../../libs/testing/dist/index.js';
import { AGENTS } from './agents-table.mjs';

const COMMAND = 'seq -s - 40 42';
const RESULT = '40-41-42';
const RUN_MS = 120_000;

/** By their providers' dialects. What a provider has no counterpart for is dropped: agents send all that they have. */
const MODELS = {
  openai: 'openai/gpt-4o-mini',
  anthropic: 'anthropic/claude-sonnet-4-5',
  gemini: 'gemini/gemini-2.5-flash',
  cohere: 'cohere_chat/command-r',
  ollama: 'ollama_chat/llama3.1',
};

const say = (text) => process.stdout.write(`${text}\n`);
const lastLine = (text) => text.trim().split('\n').at(-1);

const config = (lab) => ({
  model_list: Object.entries(MODELS).map(([name, model]) => ({
    model_name: `at-${name}`,
    litellm_params: {
      ...{ model, api_key: 'sk-lab', drop_params: true },
      api_base: name === 'openai' ? `${lab.url}/v1` : lab.url,
    },
  })),
  router_settings: { num_retries: 0 },
});

/** The folder of the agent's modules. */
function install({ package: name }, folder) {
  const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, name];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  const { status, stderr } = spawnSync('npm', npm, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} cannot be installed: ${lastLine(stderr)}`);
  return join(folder, 'node_modules');
}

/** What a program wrote, of a run without any of the tester's own settings. */
function run([command, ...args], { env, cwd }) {
  const child = spawn(command, args, {
    ...{ cwd, timeout: RUN_MS, killSignal: 'SIGKILL' },
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'])
    child[stream].setEncoding('utf8').on('data', (text) => (written[stream] += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(written));
  });
}

/** Undefined, or what went wrong. */
async function failureOf(agent, program, place) {
  const { stdout, stderr } = await run([...program, ...agent.args(place)], {
    env: agent.env(place),
    cwd: place.home,
  });
  if (stdout.includes('The tool said: ') && stdout.includes(RESULT)) return undefined;
  return lastLine(stdout) || lastLine(stderr) || 'it said nothing';
}

async function tryAgent(name, agent, { lab, gateway, folder }) {
  const modules = install(agent, join(folder, name));
  const { version } = JSON.parse(readFileSync(join(modules, agent.package, 'package.json'), 'utf8'));
  const program = agent.program(modules);
  const missing = program.find((part) => part.startsWith(modules) && !existsSync(part));
  if (missing !== undefined) return `${name} ${version}: skipped, it has no program for this system`;
  const home = join(folder, name, 'home');
  mkdirSync(home);
  agent.prepare?.(home);
  const failures = [];
  for (const [dialect, model] of Object.entries(MODELS)) {
    lab.script(model.slice(model.indexOf('/') + 1), [{ toolArguments: agent.toolArguments(COMMAND) }]);
    const place = { url: gateway.url, apiKey: gateway.masterKey, model: `at-${dialect}`, home };
    const failure = await failureOf(agent, program, place);
    if (failure !== undefined) failures.push(`on ${dialect}: ${failure}`);
  }
  if (failures.length > 0) process.exitCode = 1;
  const outcome =
    failures.length === 0 ? `passed on ${Object.keys(MODELS).join(', ')}` : `FAILED ${failures.join('; ')}`;
  return `${name} ${version}: ${outcome}`;
}

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => AGENTS[name] === undefined);
if (unknown !== undefined) throw new Error(`There is no ${unknown}: ${Object.keys(AGENTS).join(', ')}`);
const folder = mkdtempSync(join(tmpdir(), 'tollgate-agents-'));
const lab = await startFaultLab();
const gateway = await startGateway({ mode: 'embedded', config: config(lab) });
try {
  for (const [name, agent] of Object.entries(AGENTS))
    if (chosen.length === 0 || chosen.includes(name))
      say(
        await tryAgent(name, agent, { lab, gateway, folder }).catch(
          (error) => `${name}: skipped, ${error.message}`,
        ),
      );
} finally {
  await gateway.stop();
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
}
