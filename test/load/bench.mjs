// Requests per second and added latency of Tollgate beside the direct upstream, a bare proxy and Portkey, in one run on
// one machine: gateways on one core, load and upstream on another. `npm run bench -- --quick --only embedded,bare`
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { canPin, file, startGenerator, startUpstream } from './processes.mjs';
import { measureAdmission } from './admission.mjs';
import {
  compare,
  judge,
  judgeAdmission,
  judgeRouter,
  printAdmission,
  printRouter,
  summarize,
  table,
} from './report.mjs';
import { requestOf } from './request.mjs';
import { measureRouter } from './router.mjs';
import { TARGETS, Unavailable } from './targets.mjs';

/** Parts that are measured by themselves, without a gateway around them. */
const ALONE = ['router', 'admission'];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: [...Object.keys(TARGETS), ...ALONE].join(',') },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    concurrency: { type: 'string', default: '1,32,256' },
  },
});
const seconds = Number(values.seconds ?? (values.quick ? 1.5 : 4));
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const concurrencies = values.concurrency.split(',').map(Number);
/** As many calls for each and not as much time: code is compiled by how often it ran. */
const WARM_UP = { calls: values.quick ? 2_000 : 10_000, seconds: 60, concurrency: 32 };
const KINDS = ['json', 'sse'];

const say = (text) => process.stderr.write(text);

async function startTargets(names, upstream) {
  const started = new Map();
  for (const name of names) {
    const start = TARGETS[name];
    if (start === undefined)
      throw new Error(`No target ${name}: there are ${Object.keys(TARGETS).join(', ')}`);
    say(`starting ${name}\n`);
    try {
      started.set(name, await start(upstream));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      say(`  skipped: ${error.message}\n`);
    }
  }
  return started;
}

/** A target answers before it is measured: a benchmark of error pages is worth nothing. */
async function check(name, target) {
  for (const kind of KINDS) {
    const [head, body] = requestOf(target, kind).split('\r\n\r\n');
    const headers = Object.fromEntries(
      head
        .split('\r\n')
        .slice(2)
        .map((line) => line.split(/: (.*)/, 2)),
    );
    delete headers['content-length'];
    const url = `http://127.0.0.1:${target.port}/v1/chat/completions`;
    const response = await fetch(url, { method: 'POST', headers, body });
    const text = await response.text();
    const good = response.ok && text.includes(kind === 'sse' ? 'data: [DONE]' : '"chat.completion"');
    if (!good) throw new Error(`${name} does not answer ${kind}: ${response.status} ${text.slice(0, 500)}`);
  }
}

async function measure(generator, targets) {
  const measurements = [];
  const job = ([name, target], kind, at) =>
    generator.run({
      ...{ host: '127.0.0.1', port: target.port, request: requestOf(target, kind), ...at },
      // A shorter answer is not an answer.
      leastBytes: kind === 'sse' ? 5000 : 300,
      name,
    });
  for (const entry of targets) {
    say(`warming ${entry[0]}\n`);
    for (const kind of KINDS) await job(entry, kind, WARM_UP);
  }
  for (let round = 1; round <= rounds; round++) {
    for (const kind of KINDS) {
      for (const concurrency of concurrencies) {
        say(`round ${round}/${rounds} ${kind} c=${concurrency}:`);
        for (const entry of targets) {
          const result = await job(entry, kind, { seconds, concurrency });
          measurements.push({ target: entry[0], kind, concurrency, round, ...result });
          say(` ${entry[0]} ${Math.round(result.perSecond)}`);
        }
        say('\n');
      }
    }
  }
  return measurements;
}

function publish(measurements, targets, { router, admission }) {
  const rows = compare(summarize(measurements));
  const bars = [...judge(rows), ...judgeRouter(router), ...judgeAdmission(admission)];
  const memory = Object.fromEntries(targets.flatMap(([name, { rss }]) => (rss ? [[name, rss()]] : [])));
  if (rows.length > 0) process.stdout.write(`\n${table(rows)}\n`);
  if (router.length > 0) process.stdout.write(`\n${printRouter(router)}\n`);
  if (admission.length > 0) process.stdout.write(`\n${printAdmission(admission)}\n`);
  process.stdout.write('\n');
  for (const { bar, value, sense, wanted, met } of bars) {
    process.stdout.write(
      `${met ? 'met   ' : 'MISSED'}  ${bar}: ${value.toFixed(value < 0.1 ? 4 : 2)} (${sense} ${wanted})\n`,
    );
  }
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, pinned: canPin };
  const folder = file('../../bench-results/');
  mkdirSync(folder, { recursive: true });
  const name = `${folder}bench-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`;
  writeFileSync(
    name,
    JSON.stringify(
      { machine, seconds, rounds, rows, router, admission, bars, memory, measurements },
      null,
      2,
    ),
  );
  process.stdout.write(`\nWritten to ${name}\n`);
}

if (!canPin) say('NOTE without taskset (or a second core) gateways and load share their cores\n');
const names = values.only.split(',');
const wanted = names.filter((name) => !ALONE.includes(name));
const upstream = await startUpstream();
const generator = await startGenerator();
const targets = [...(await startTargets(wanted, upstream.url))];
let measurements = [];
try {
  for (const [name, target] of targets) await check(name, target);
  measurements = await measure(generator, targets);
} finally {
  await Promise.all(targets.map(([, target]) => target.stop()));
  await Promise.all([generator.stop(), upstream.stop()]);
}
if (names.includes('router')) say('the router by itself, 100,000 deployments\n');
const router = names.includes('router') ? await measureRouter() : [];
if (names.includes('admission')) say('admission by itself\n');
const admission = names.includes('admission') ? await measureAdmission() : [];
publish(measurements, targets, { router, admission });
process.exit(0);
