import { NdjsonDecoder, SseDecoder } from '@tollgate/dialects';
import { EventStamp, editEvent, modelStamp } from './restamp.js';

const restamped = (wire: string): string => {
  const stamp = new EventStamp('ours "quoted"');
  const events = new SseDecoder().push(Buffer.from(wire));
  return Buffer.concat(events.map((event) => stamp.stamp(event))).toString();
};

describe('EventStamp', () => {
  it('changes the model of every event and nothing else', () => {
    const chunks = [
      'data: {"id":"1","model":"theirs","choices":[{"delta":{"content":"\\"model\\":\\"theirs\\""}}]}\n\n',
      'data: {"id":"1","model":"theirs","choices":[{"model":"theirs"}] , "é":1.0}\n\n',
      'data: {"id":"1","model":"theirs-2","choices":[]}\n\n',
      'event: x\r\ndata:{"choices":[{"model":"inner"}],"model" : "theirs"}\r\n\r\n',
    ];
    const expected = [
      chunks[0]?.replace('"model":"theirs"', '"model":"ours \\"quoted\\""'),
      chunks[1]?.replace('"model":"theirs"', '"model":"ours \\"quoted\\""'),
      chunks[2]?.replace('"theirs-2"', '"ours \\"quoted\\""'),
      chunks[3]?.replace('"theirs"', '"ours \\"quoted\\""'),
    ];
    expect(restamped(chunks.join(''))).toBe(expected.join(''));
  });

  it('keeps the framing of a payload whose bytes are no UTF-8', () => {
    const stamped = (decoder: SseDecoder | NdjsonDecoder, wire: string): string =>
      decoder
        .push(Buffer.from(wire, 'latin1'))
        .map((event) => Buffer.from(editEvent(event, modelStamp('ours'))).toString())
        .join('');
    expect(stamped(new NdjsonDecoder(), '{"model":"theirs\xff"}\n')).toBe('{"model":"ours"}\n');
    expect(stamped(new SseDecoder(), 'data: {"model":"theirs\xff"}\n\n')).toBe('data: {"model":"ours"}\n\n');
  });

  it('takes a payload that is spread over several lines', () => {
    const [event] = new SseDecoder().push(
      Buffer.from(restamped('data: {"id":"1",\ndata: "model":"theirs"}\n\n')),
    );
    expect(JSON.parse(event?.data ?? '')).toEqual({ id: '1', model: 'ours "quoted"' });
  });
});
