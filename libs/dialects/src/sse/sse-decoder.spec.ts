import type { GatewayError } from '@tollgate/contracts';
import { randomText, seededRandom } from '../testing/random-json.js';
import { encodeSse } from './encode-sse.js';
import { SseDecoder, type SseEvent } from './sse-decoder.js';

const plain = ({ event, data, raw }: SseEvent): unknown => ({
  event,
  data,
  raw: Buffer.from(raw).toString('latin1'),
});

function decode(chunks: readonly Uint8Array[]): unknown[] {
  const decoder = new SseDecoder();
  const events = chunks.flatMap((chunk) => decoder.push(chunk));
  return [...events, ...decoder.flush()].map(plain);
}

const dataOf = (source: string): (string | null)[][] => {
  const decoder = new SseDecoder();
  return [...decoder.push(Buffer.from(source)), ...decoder.flush()].map(({ event, data }) => [event, data]);
};

describe('SseDecoder', () => {
  it.each([
    ['data: a\n\n', [[null, 'a']]],
    [
      'data:a\r\n\r\nevent: x\r\ndata: b\r\n\r\n',
      [
        [null, 'a'],
        ['x', 'b'],
      ],
    ],
    [
      'data: a\r\rdata: b\r\r',
      [
        [null, 'a'],
        [null, 'b'],
      ],
    ],
    ['data: a\ndata: b\ndata\n\n', [[null, 'a\nb\n']]],
    [
      ': ping\n\ndata: a\n\n',
      [
        [null, ''],
        [null, 'a'],
      ],
    ],
    [': note\nid: 1\nretry: 5\ndatax: no\ndata:  two\n\n', [[null, ' two']]],
    ['\n\n\ndata: a\n\n\n', [[null, 'a']]],
    ['\uFEFFdata: a\n\n', [[null, 'a']]],
    [
      'data: a\n\ndata: cut',
      [
        [null, 'a'],
        [null, 'cut'],
      ],
    ],
    ['data: cut\n', [[null, 'cut']]],
    ['error: {"error":{}}\n\n', [['error', '{"error":{}}']]],
    ['event: only\n\n', [['only', '']]],
    ['data: 漢字 😀\n\n', [[null, '漢字 😀']]],
  ])('decodes %j', (source, expected) => {
    expect(dataOf(source)).toEqual(expected);
  });

  it('gives an event at once when its blank line is in', () => {
    const decoder = new SseDecoder();
    expect(decoder.push(Buffer.from('data: a\n'))).toEqual([]);
    expect(decoder.push(Buffer.from('\n'))).toHaveLength(1);
    expect(decoder.push(Buffer.from('data: b\r\n\r'))).toEqual([]);
    expect(decoder.push(Buffer.from('\n'))).toHaveLength(1);
  });

  it('decodes the same however the stream is cut, and loses no byte', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 300; round += 1) {
      const stream = randomStream(random);
      const whole = decode([stream]);
      const cut = decode(randomChunks(stream, random));
      expect(cut).toEqual(whole);
      const raw = whole.map((event) => (event as { raw: string }).raw).join('');
      expect(stream.toString('latin1').startsWith(raw)).toBe(true);
      expect(stream.toString('latin1').slice(raw.length).trim()).toBe('');
    }
  });

  it('keeps what it handed out when more arrives', () => {
    const decoder = new SseDecoder();
    decoder.push(Buffer.from('data: fir'));
    const [first] = decoder.push(Buffer.from('st\n\ndata: sec'));
    decoder.push(Buffer.from(`ond${'x'.repeat(5000)}`));
    decoder.push(Buffer.from('\n\n'));
    expect(Buffer.from(first?.raw ?? []).toString()).toBe('data: first\n\n');
  });

  it('refuses an event beyond its limit, whole or growing', () => {
    const tooLong = (push: (decoder: SseDecoder) => void): unknown => {
      try {
        push(new SseDecoder({ maxEventBytes: 100 }));
      } catch (error) {
        return (error as GatewayError).code;
      }
      return 'none';
    };
    expect(tooLong((decoder) => decoder.push(Buffer.from(`data: ${'x'.repeat(200)}\n\n`)))).toBe(
      'upstream_invalid_response',
    );
    expect(
      tooLong((decoder) => {
        for (let round = 0; round < 20; round += 1) decoder.push(Buffer.from('data: 67890'));
      }),
    ).toBe('upstream_invalid_response');
    expect(
      tooLong((decoder) => {
        for (let round = 0; round < 20; round += 1) decoder.push(Buffer.from('data: 67890\n\n'));
      }),
    ).toBe('none');
  });

  it('takes a long event byte by byte in linear time', () => {
    const stream = Buffer.from(`data: ${'x'.repeat(1_000_000)}\n\n`);
    const decoder = new SseDecoder();
    let events = 0;
    for (let at = 0; at < stream.length; at += 1) events += decoder.push(stream.subarray(at, at + 1)).length;
    expect(events).toBe(1);
  });
});

describe('encodeSse', () => {
  it('is what the decoder reads', () => {
    expect(encodeSse('{"a":1}', 'ping').toString()).toBe('event: ping\ndata: {"a":1}\n\n');
    expect(dataOf(encodeSse('a\nb\r\nc').toString())).toEqual([[null, 'a\nb\nc']]);
  });
});

function randomStream(random: () => number): Buffer {
  const ends = ['\n', '\r\n', '\r'];
  const lines = Array.from({ length: Math.floor(random() * 30) }, () => {
    const end = ends[Math.floor(random() * ends.length)] ?? '\n';
    const dice = random();
    if (dice < 0.4) return end;
    if (dice < 0.5) return `: ${randomText(random, 5).replaceAll('\n', '')}${end}`;
    if (dice < 0.6) return `event: e${end}`;
    return `data: ${randomText(random, 20).replaceAll('\n', '')}${end}`;
  });
  return Buffer.from(lines.join(''));
}

function randomChunks(stream: Buffer, random: () => number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < stream.length;) {
    const size = 1 + Math.floor(random() * 9);
    chunks.push(Uint8Array.from(stream.subarray(at, at + size)));
    at += size;
  }
  return chunks;
}
