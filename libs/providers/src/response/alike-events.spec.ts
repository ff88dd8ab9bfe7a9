import { AlikeEvents } from './alike-events.js';
import { SseDecoder } from '@tollgate/dialects';
import type { Exchange } from '../kit/exchange.js';
import { chatPassThrough, messagePassThrough } from './pass-through-relay.js';
import { StreamAnswer } from './stream-answer.js';
import type { StreamRelay } from './stream-relay.js';

const chunk = (text: string, rest = '"finish_reason":null}],"usage":null}'): string =>
  `data: {"id":"1","model":"theirs","choices":[{"index":0,"delta":{"content":${text}},${rest}\n\n`;

describe('AlikeEvents', () => {
  const learned = (): AlikeEvents => {
    const alike = new AlikeEvents('"content":');
    expect(alike.learn(Buffer.from(chunk('"first"')), 'first')).toBe(true);
    return alike;
  };
  const found = (event: string): { readonly end: number; readonly characters: number } => {
    const alike = learned();
    return { end: alike.endOf(Buffer.from(event), 0), characters: alike.characters };
  };

  it.each([
    ['', 0],
    ['a word', 6],
    ['\\n\\"\\\\ \\u00e9', 5],
    ['né, 漢字, 👍', 10],
  ])('finds an event with the text %s', (text, characters) => {
    const event = chunk(`"${text}"`);
    expect(found(event)).toEqual({ end: Buffer.byteLength(event), characters });
  });

  it.each([
    ['another id', chunk('"a"').replace('"1"', '"2"')],
    ['a reason', chunk('"a"', '"finish_reason":"stop"}],"usage":null}')],
    ['usage', chunk('"a"', '"finish_reason":null}],"usage":{}}')],
    ['no text', chunk('null')],
    ['one more member', chunk('"a","tool_calls":[]')],
    ['an escape that JSON has not', chunk('"\\x"')],
    ['a code point that is none', chunk('"\\u12g4"')],
    ['a line break within its text', chunk('"a\n"')],
    ['no end yet', chunk('"a"').slice(0, -1)],
    ['a text that goes on', chunk('"a"').slice(0, -50)],
  ])('leaves an event with %s to the parser', (_what, event) => {
    expect(found(event).end).toBe(-1);
  });

  it('takes the padding for what it is', () => {
    const alike = new AlikeEvents('"content":');
    const padded = (text: string, padding: string): Buffer =>
      Buffer.from(chunk(`"${text}"`, `"finish_reason":null}],"usage":null,"obfuscation":"${padding}"}`));
    alike.learn(padded('first', 'abc'), 'first');
    expect(alike.endOf(padded('second', 'defghi'), 0)).toBe(padded('second', 'defghi').length);
    expect(alike.characters).toBe(6);
  });

  it('learns nothing where the text may stand elsewhere', () => {
    const event = chunk('"a"', '"logprobs":{"content":[]}}]}');
    expect(new AlikeEvents('"content":').learn(Buffer.from(event), 'a')).toBe(false);
  });

  it('gives up on a provider whose events are never alike', () => {
    const alike = new AlikeEvents('"content":');
    const learn = (id: number): boolean =>
      alike.learn(Buffer.from(chunk('"a"').replace('"1"', `"${id}"`)), 'a');
    expect(Array.from({ length: 10 }, (_, id) => learn(id))).toEqual([...Array(8).fill(true), false, false]);
  });
});

describe('the short cut for alike events', () => {
  const source = { label: 'Test', secrets: [] };
  const chat = (model: string) => (): StreamRelay => chatPassThrough({ model, includeUsage: true, source });
  const message = (): StreamRelay => messagePassThrough({ model: 'theirs', includeUsage: true, source });

  /** What a client gets and the bill knows of a stream that comes in these pieces. */
  const relayed = async (relay: StreamRelay, pieces: readonly Buffer[]): Promise<unknown> => {
    let next = 0;
    const exchange = {
      poll: () => pieces[next++] ?? null,
      until: (look: () => unknown) => Promise.resolve(look()),
      tokenSeen: () => undefined,
      release: () => undefined,
    } as unknown as Exchange;
    const answer = new StreamAnswer(exchange, relay, new SseDecoder(), source);
    await answer.open();
    const parts: Uint8Array[] = [];
    for (let part = await answer.next(); part !== null; part = await answer.next())
      parts.push(Buffer.from(part));
    const { usage, characters, responseId, finished } = relay.observer;
    return { text: Buffer.concat(parts).toString(), usage, characters, responseId, finished };
  };

  const TEXTS = ['One', ' two', '\\n', ' \\"three\\"', ' é漢', ' 👍', ' \\ud83d\\udc4d', '', ' x'];
  const CHAT = [
    chunk('""').replace('"content":""', '"role":"assistant","content":""'),
    ...TEXTS.map((text) => chunk(`"${text}"`)),
    ': ping\n\n',
    ...TEXTS.map((text) => chunk(`"${text}"`).replace('theirs', 'theirs-2')),
    chunk('"end"', '"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":7}}'),
    'data: [DONE]\n\n',
  ].join('');
  const delta = (text: string): string =>
    `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${text}"}}\n\n`;
  const MESSAGE = [
    'event: message_start\ndata: {"type":"message_start","message":{"id":"m","model":"theirs","usage":{"input_tokens":3}}}\n\n',
    ...TEXTS.map(delta),
    'event: ping\ndata: {"type":"ping"}\n\n',
    ...TEXTS.map(delta),
    'event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":7}}\n\n',
    'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  ].join('');

  it.each([
    ['with our model', chat('theirs'), CHAT],
    ['with another model', chat('ours'), CHAT],
    ['of messages', message, MESSAGE],
  ])('changes nothing in a stream %s, however it is cut', async (_what, relayOf, wire) => {
    const { observer, push, end } = relayOf();
    const bytes = Buffer.from(wire);
    const expected = await relayed({ observer, push, end }, [bytes]);
    for (const size of [1, 7, 100, 311, 1000, bytes.length]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(await relayed(relayOf(), pieces)).toEqual(expected);
    }
  });

  it.each([
    ['chunks', chat('ours'), CHAT, 6],
    ['messages', message, MESSAGE, 5],
  ])('spares most %s the parser', async (_what, relayOf, wire, parsed) => {
    const relay = relayOf();
    let pushed = 0;
    const push: StreamRelay['push'] = (event) => {
      pushed += 1;
      return relay.push(event);
    };
    const pieces = wire.split(/(?<=\n\n)/).map((event) => Buffer.from(event));
    await relayed({ ...relay, push }, pieces);
    expect(pushed).toBe(parsed);
  });
});
