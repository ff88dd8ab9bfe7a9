// Memory of every process over 100,000 calls. `node test/load/memory.mjs [--mode distributed] [--calls 100000]`
import { parseArgs } from 'node:util';
import { startGenerator, startUpstream } from './processes.mjs';
import { requestOf } from './request.mjs';
import { TARGETS } from './targets.mjs';

const { values } = parseArgs({
  options: {
    mode: { type: 'string', default: 'embedded' },
    calls: { type: 'string', default: '100000' },
    concurrency: { type: 'string', default: '32' },
  },
});
const SLICES = 10;
const MEGABYTE = 1024 * 1024;
const LIMIT_MB = { standalone: 500, ingress: 150, router: 150, worker: 150, billing: 150 };
/** Growth in the second half of the calls, beyond which there is a leak. */
const SLOPE_MB = 2;

/** Least squares: megabytes a slice. */
function slope(samples) {
  const meanX = (samples.length - 1) / 2;
  const meanY = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const rise = samples.reduce((sum, value, x) => sum + (x - meanX) * (value - meanY), 0);
  return rise / samples.reduce((sum, _, x) => sum + (x - meanX) ** 2, 0);
}

const megabytes = (rss) =>
  Object.fromEntries(Object.entries(rss).map(([name, bytes]) => [name, bytes / MEGABYTE]));
const print = (label, rss) =>
  process.stdout.write(
    `${label.padEnd(16)}${Object.entries(rss)
      .map(([name, value]) => `${name} ${value.toFixed(0)} MB`)
      .join('  ')}\n`,
  );

const upstream = await startUpstream();
const generator = await startGenerator();
const target = await TARGETS[values.mode](upstream.url);
let failed = false;
try {
  const samples = [megabytes(target.rss())];
  print('before', samples[0]);
  const calls = Number(values.calls) / SLICES;
  for (let slice = 1; slice <= SLICES; slice++) {
    const result = await generator.run({
      ...{ host: '127.0.0.1', port: target.port, request: requestOf(target, slice % 2 ? 'json' : 'sse') },
      ...{ seconds: 600, calls, concurrency: Number(values.concurrency), leastBytes: 300 },
    });
    if (result.failures > 0) throw new Error(`${result.failures} calls failed: ${result.firstFailure}`);
    samples.push(megabytes(target.rss()));
    print(`${calls * slice} calls`, samples.at(-1));
  }
  for (const name of Object.keys(samples[0])) {
    const own = samples.map((sample) => sample[name]);
    const [last, peak, grows] = [own.at(-1), Math.max(...own), slope(own.slice(SLICES / 2))];
    const good = peak < LIMIT_MB[name] && grows < SLOPE_MB;
    failed ||= !good;
    const numbers = `last ${last.toFixed(0)}, peak ${peak.toFixed(0)} (under ${LIMIT_MB[name]}) MB`;
    process.stdout.write(
      `${good ? 'met   ' : 'MISSED'}  ${name}: ${numbers}, ${grows.toFixed(1)} MB per ${calls} calls\n`,
    );
  }
} finally {
  await target.stop();
  await Promise.all([generator.stop(), upstream.stop()]);
}
process.exitCode = failed ? 1 : 0;
