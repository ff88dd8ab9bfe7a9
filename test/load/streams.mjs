// A thousand streams at 20 ms a chunk: every byte arrives, no stall, flat memory.
// `node test/load/streams.mjs [--target embedded|distributed|bare|direct] [--streams 1000] [--seconds 30]`
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { LOAD_CORE, pin, startUpstream } from './processes.mjs';
import { requestOf } from './request.mjs';
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

/** Reads one stream: its text, its longest silence, and whether it ended well. */
function readStream(target) {
  return new Promise((resolve) => {
    const socket = connect({ port: target.port, host: '127.0.0.1', noDelay: true });
    const stream = { text: '', stall: 0, first: undefined, done: false, error: undefined };
    const started = performance.now();
    let last = started;
    let rest = '';
    socket.setEncoding('latin1');
    socket.on('connect', () => socket.write(requestOf(target, 'sse'), 'latin1'));
    socket.on('data', (data) => {
      const now = performance.now();
      stream.first ??= now - started;
      stream.stall = Math.max(stream.stall, now - last);
      last = now;
      const events = (rest + data).split('\n\n');
      rest = events.pop();
      for (const event of events) take(stream, event);
      if (rest.endsWith('0\r\n\r\n')) socket.destroy();
    });
    socket.on('error', (error) => (stream.error = error.message));
    socket.on('close', () => resolve(stream));
  });
}

/** NOTE an event may be cut by the length line of an HTTP chunk only between events: gateways write whole ones. */
function take(stream, event) {
  const at = event.indexOf(CONTENT);
  if (at >= 0) stream.text += event.slice(at + CONTENT.length, event.indexOf('"', at + CONTENT.length));
  if (event.endsWith('data: [DONE]')) stream.done = true;
}

function report(streams, samples) {
  const text = streams[0].text;
  const whole = streams.filter(
    (stream) => stream.done && stream.text === text && text.length === tokens * 4,
  ).length;
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
  const errors = streams.flatMap(({ error, done }) =>
    error ? [error] : done ? [] : ['ended without [DONE]'],
  );
  if (errors.length > 0)
    process.stdout.write(`${errors.length} failed: ${[...new Set(errors)].join(', ')}\n`);
  return rows.every(([, met]) => met);
}

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
  const streams = [];
  for (let index = 0; index < count; index++) {
    streams.push(readStream(target));
    await new Promise((resolve) => setTimeout(resolve, RAMP_MS / count));
  }
  process.exitCode = report(await Promise.all(streams), samples) ? 0 : 1;
} finally {
  clearInterval(timer);
  await target.stop();
  await upstream.stop();
}
