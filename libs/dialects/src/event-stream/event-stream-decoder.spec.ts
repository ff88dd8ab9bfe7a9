import { GatewayError } from '@tollgate/contracts';
import { encodeMessage as message } from './encode-message.js';
import { EventStreamDecoder } from './event-stream-decoder.js';

const delta = message({ ':message-type': 'event', ':event-type': 'contentBlockDelta' }, '{"delta":1}');
const stop = message({ ':message-type': 'event', ':event-type': 'messageStop' }, '{}');

function failureOf(run: () => unknown): GatewayError {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('EventStreamDecoder', () => {
  it('gives the same events however the bytes are cut', () => {
    const bytes = Buffer.concat([delta, stop, delta]);
    for (let size = 1; size <= bytes.length; size += 1) {
      const decoder = new EventStreamDecoder();
      const events = [];
      for (let at = 0; at < bytes.length; at += size) {
        // The chunk's memory is used again, as a socket's may be.
        const chunk = Buffer.from(bytes.subarray(at, at + size));
        events.push(...decoder.push(chunk).map(({ raw, ...event }) => ({ ...event, raw: Buffer.from(raw) })));
        chunk.fill(0);
      }
      expect(events.map(({ event, data }) => [event, data])).toEqual([
        ['contentBlockDelta', '{"delta":1}'],
        ['messageStop', '{}'],
        ['contentBlockDelta', '{"delta":1}'],
      ]);
      expect(Buffer.concat(events.map(({ raw }) => raw))).toEqual(bytes);
      expect(decoder.isBetweenEvents).toBe(true);
      expect(decoder.flush()).toEqual([]);
    }
  });

  it('unwraps the events of a model that is invoked', () => {
    const inner = '{"type":"message_stop","x":"é"}';
    const wrapped = JSON.stringify({ bytes: Buffer.from(inner).toString('base64'), p: 'abc' });
    const [event] = new EventStreamDecoder().push(
      message({ ':message-type': 'event', ':event-type': 'chunk' }, wrapped),
    );
    expect([event?.event, event?.data]).toEqual(['message_stop', inner]);
    expect(Buffer.from(event?.raw ?? []).toString()).toBe(`event: message_stop\ndata: ${inner}\n\n`);
  });

  it('keeps the bytes of what it unwraps, and of exceptions, for those that pass them on', () => {
    const inner = '{"type":"message_stop"}';
    const wrapped = JSON.stringify({ bytes: Buffer.from(inner).toString('base64') });
    const chunk = message({ ':message-type': 'event', ':event-type': 'chunk' }, wrapped);
    const empty = message({ ':message-type': 'event', ':event-type': 'chunk' }, '{}');
    const exception = message(
      { ':message-type': 'exception', ':exception-type': 'throttled' },
      '{"message":"m"}',
    );
    const bytes = Buffer.concat([chunk, empty, delta, exception]);
    const events = new EventStreamDecoder({ keepsMessages: true }).push(bytes);
    expect(events.map(({ event, data }) => [event, data])).toEqual([
      ['message_stop', inner],
      [null, ''],
      ['contentBlockDelta', '{"delta":1}'],
      ['throttled', '{"message":"m"}'],
    ]);
    expect(Buffer.concat(events.map(({ raw }) => raw))).toEqual(bytes);
  });

  it('puts together what a server streams and SageMaker hands through in pieces', () => {
    const stream = Buffer.from('data: {"content":"é"}\n\ndata: [DONE]\n\n');
    const decoder = new EventStreamDecoder();
    const events = Array.from(stream, (byte) =>
      message({ ':message-type': 'event', ':event-type': 'PayloadPart' }, Buffer.of(byte)),
    ).flatMap((part) => decoder.push(part));
    expect(events.map(({ data }) => data)).toEqual(['{"content":"é"}', '[DONE]']);
    expect(Buffer.concat(events.map(({ raw }) => raw))).toEqual(stream);
    expect(decoder.isBetweenEvents).toBe(true);
  });

  it('throws an exception as its error, after the events before it', () => {
    const exception = message(
      { ':message-type': 'exception', ':exception-type': 'throttlingException' },
      '{"message":"Too many tokens"}',
    );
    const decoder = new EventStreamDecoder();
    expect(decoder.push(Buffer.concat([delta, exception]))).toHaveLength(1);
    const error = failureOf(() => decoder.flush());
    expect([error.code, error.message]).toEqual(['upstream_rate_limited', 'Too many tokens']);
    expect(failureOf(() => new EventStreamDecoder().push(exception)).code).toBe('upstream_rate_limited');
  });

  it('reads an error that is told in the headers', () => {
    const headers = { ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'Sorry' };
    const error = failureOf(() => new EventStreamDecoder().push(message(headers, '')));
    expect([error.code, error.message]).toEqual(['upstream_error', 'Sorry']);
  });

  it.each([
    ['the prelude', 2],
    ['the headers', 20],
    ['the payload', delta.length - 6],
    ['the checksum', delta.length - 1],
  ])('notices damage of %s', (_part, at) => {
    const damaged = Buffer.from(delta);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    expect(failureOf(() => new EventStreamDecoder().push(damaged)).code).toBe('upstream_invalid_response');
  });

  it('notices a stream that ends within a message, and a message that is too long', () => {
    const decoder = new EventStreamDecoder();
    decoder.push(delta.subarray(0, 20));
    expect(decoder.isBetweenEvents).toBe(false);
    expect(failureOf(() => decoder.flush()).code).toBe('upstream_stream_broken');
    const error = failureOf(() => new EventStreamDecoder({ maxEventBytes: 30 }).push(delta));
    expect(error.code).toBe('upstream_invalid_response');
  });
});
