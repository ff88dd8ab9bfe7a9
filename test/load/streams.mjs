// A thousand streams at 20 ms a chunk: every byte arrives, no stall, flat memory.
// `node test/load/streams.mjs [--target embedded|distributed|bare|direct] [--streams 1000] [--seconds 30]`
import { parseArgs } from 'node:util';
import { LOAD_CORE, pin, startUpstream } from './processes.mjs';
import { StreamReaders } from './stream-reader.mjs';
import { TARGETS } from './targets.mjs';

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'embedded' },
    streams: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '30' },
  },
});
const DELAY_MS = 20;
const RAMP_MS = 3000;
const MEGABYTE = 1024 * 1024;
const CONTENT = '"content":"';
const count = Number(values.streams);
const tokens = Math.ceil((Number(values.seconds) * 1000) / DELAY_MS);

/** The text of an answer's content events; null when it has no clean end. */
function textOf(answer) {
  const events = answer.split('\n\n');
  if (events.pop() !== '' || events.pop() !== 'data: [DONE]') return null;
  const pieces = events.map((event) => event.split(CONTENT)[1]?.split('"')[0] ?? '');
  return pieces.join('');
}

/** What the provider says when it takes no time over it. */
async function spokenText() {
  const lab = await startUpstream(['--bench', '--tokens', String(tokens)]);
  const response = await fetch(`${lab.url}/v1/chat/completions`, { method: 'POST', body: '{"stream":true}' });
  const text = textOf(await response.text());
  await lab.stop();
  return text;
}

function report(readers, streams, samples, spoken) {
  const text = textOf(readers.answer);
  const isSpoken = text === spoken && text.length === tokens * 4;
  const whole = isSpoken ? streams.filter((stream) => readers.isWhole(stream)).length : 0;
  const stall = Math.max(...streams.map((stream) => stream.stall));
  const first = Math.max(...streams.map((stream) => stream.first ?? Infinity));
  const rows = [[`whole streams: ${whole} of ${count}`, whole === count]];
  rows.push([`longest stall: ${stall.toFixed(0)} ms (under 1000)`, stall < 1000]);
  if (samples.length >= 8) {
    const quarter = Math.floor(samples.length / 4);
    const mean = (part) => part.reduce((sum, value) => sum + value, 0) / part.length;
    const [early, late] = [mean(samples.slice(quarter, 2 * quarter)), mean(samples.slice(-quarter))];
    const peak = Math.max(...samples);
    const memory = `memory: ${early.toFixed(0)} MB in the second quarter, ${late.toFixed(0)} in the last, peak ${peak.toFixed(0)}`;
    rows.push([memory, late < early * 1.1 + 10]);
  }
  process.stdout.write(`slowest first byte: ${first.toFixed(0)} ms\n`);
  for (const [line, met] of rows) process.stdout.write(`${met ? 'met   ' : 'MISSED'}  ${line}\n`);
  const errors = streams.flatMap(({ error }) => error ?? []);
  if (errors.length > 0)
    process.stdout.write(`${errors.length} failed: ${[...new Set(errors)].join(', ')}\n`);
  return rows.every(([, met]) => met);
}

const spoken = await spokenText();
const upstream = await startUpstream([
  '--bench',
  '--tokens',
  String(tokens),
  '--chunk-delay',
  String(DELAY_MS),
]);
const target = await TARGETS[values.target](upstream.url);
pin(process.pid, LOAD_CORE);
const samples = [];
const sample = () => {
  const rss = target.rss?.();
  if (rss === undefined) return;
  samples.push(Object.values(rss).reduce((sum, bytes) => sum + bytes, 0) / MEGABYTE);
  process.stderr.write(`${samples.length} s: ${samples.at(-1).toFixed(0)} MB\n`);
};
const timer = setInterval(sample, 1000);
try {
  const readers = new StreamReaders();
  const streams = [];
  for (let index = 0; index < count; index++) {
    streams.push(readers.read(target));
    await new Promise((resolve) => setTimeout(resolve, RAMP_MS / count));
  }
  process.exitCode = report(readers, await Promise.all(streams), samples, spoken) ? 0 : 1;
} finally {
  clearInterval(timer);
  await target.stop();
  await upstream.stop();
}
