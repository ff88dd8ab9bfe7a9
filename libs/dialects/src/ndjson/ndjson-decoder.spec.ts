import { seededRandom } from '../testing/random-json.js';
import { NdjsonDecoder, encodeNdjson } from './ndjson-decoder.js';

const stream = Buffer.from('{"a":"é😀"}\n\n{"b":2}\r\n{"c":3}');

it('gives a line at a time, whichever way the bytes come', () => {
  const random = seededRandom(7);
  for (let round = 0; round < 200; round += 1) {
    const decoder = new NdjsonDecoder();
    const events = [];
    for (let at = 0; at < stream.length;) {
      const next = at + 1 + Math.floor(random() * 6);
      events.push(...decoder.push(stream.subarray(at, next)));
      at = next;
    }
    expect(decoder.isBetweenEvents).toBe(false);
    events.push(...decoder.flush());
    expect(decoder.isBetweenEvents).toBe(true);
    expect(events.map(({ data }) => data)).toEqual(['{"a":"é😀"}', '', '{"b":2}', '{"c":3}']);
    expect(Buffer.concat(events.map(({ raw }) => raw)).equals(stream)).toBe(true);
  }
});

it('bounds a line', () => {
  const decoder = new NdjsonDecoder({ maxEventBytes: 10 });
  decoder.push(Buffer.from('123456789\n12345'));
  expect(() => decoder.push(Buffer.from('123456'))).toThrow('more than 10 bytes');
});

it('takes a long line in small pieces without reading it again and again', () => {
  const decoder = new NdjsonDecoder();
  const piece = Buffer.alloc(16, 'a');
  for (let round = 0; round < 200_000; round += 1) decoder.push(piece);
  expect(decoder.push(Buffer.from('\n'))[0]?.data).toHaveLength(3_200_000);
});

it('writes a line', () => {
  expect(encodeNdjson({ a: 'b\n' }).toString()).toBe('{"a":"b\\n"}\n');
});
