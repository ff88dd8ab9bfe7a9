import fc from 'fast-check';
import { decode } from './decoding.js';
import { respelled } from './replies.js';
import { TIME_LIMIT_MS, runCases } from './run-cases.js';
import { callersOf, sources, type Source } from './sources.js';
import { damaged, edited, jsonBytes, spoiling, splits, type Spoiling } from './spoil.js';

const SOURCES = sources();

const cases = fc.record({
  place: fc.nat(SOURCES.length - 1),
  caller: fc.nat(),
  spoiling,
  sizes: splits,
});

type DecoderCase = typeof cases extends fc.Arbitrary<infer Case> ? Case : never;

/** Answers tell the time. NOTE a mock of Jest's would remember every call. */
const { now } = Date;
beforeAll(() => {
  Date.now = () => 1_790_000_000_000;
});
afterAll(() => {
  Date.now = now;
});

/** Binary messages have checksums: only their bytes can be spoilt. */
function spoilt({ bytes, isStream, framing }: Source, how: Spoiling): Buffer {
  if (framing === 'aws-event-stream') return damaged(bytes, how);
  if (isStream) return damaged(Buffer.from(respelled(bytes.toString(), how)), how);
  return damaged(jsonBytes(edited(JSON.parse(bytes.toString()), how)), how);
}

function checkCase({ place, caller, spoiling: how, sizes }: DecoderCase): void {
  const source = SOURCES[place]!;
  const callers = callersOf(source.from);
  const to = callers[caller % callers.length]!;
  const decoding = { ...source, to, bytes: spoilt(source, how) };
  const decoded = decode(decoding, sizes);
  expect(decode(decoding, [Infinity])).toEqual(decoded);
  expect(decoded.failure ?? '').not.toMatch(/^internal/);
  const { pieces: _pieces, ...counts } = decoded.usage ?? {};
  expect(Object.values(counts).every((count) => Number.isSafeInteger(count) && count >= 0)).toBe(true);
}

it(
  'every decoder gives an answer or an error, the same however a stream is split',
  () => runCases(cases, checkCase),
  TIME_LIMIT_MS,
);
