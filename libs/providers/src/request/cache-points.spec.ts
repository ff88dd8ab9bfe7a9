import type { Json } from '@tollgate/dialects';
import { findProvider } from '../manifest.js';
import { connectionTo } from '../connection.js';
import { upstreamRequest } from './upstream-request.js';
import { markedRequest, type CachePoint } from './cache-points.js';

const control = { type: 'ephemeral' };
const point = (own: Partial<CachePoint>): CachePoint => ({
  ...{ at: 'message', role: null, index: null, control },
  ...own,
});
const user = (content: unknown) => ({ role: 'user', content });
const marked = (text: string) => [{ type: 'text', text, cache_control: control }];

const mark = (request: Json, ...points: CachePoint[]): Json => markedRequest(request, points);

describe('points of a prompt', () => {
  it.each<[string, CachePoint, Json, Json]>([
    [
      'of a role',
      point({ role: 'system' }),
      { messages: [{ role: 'system', content: 'Be' }, user('Hi')] },
      { messages: [{ role: 'system', content: marked('Be') }, user('Hi')] },
    ],
    [
      'from the end',
      point({ index: -1 }),
      { messages: [user('a'), user('b')] },
      { messages: [user('a'), user(marked('b'))] },
    ],
    [
      'behind the last part',
      point({ index: 0 }),
      { messages: [user([{ type: 'image_url' }, { type: 'text', text: 'b' }])] },
      { messages: [user([{ type: 'image_url' }, ...marked('b')])] },
    ],
    [
      'of Anthropic’s system',
      point({ role: 'system' }),
      { system: 'Be', messages: [] },
      { system: marked('Be'), messages: [] },
    ],
    [
      'behind the tools',
      point({ at: 'tools' }),
      { tools: [{ a: 1 }, { b: 2 }] },
      { tools: [{ a: 1 }, { b: 2, cache_control: control }] },
    ],
    ['nowhere', point({ index: 7 }), { messages: [user('a')] }, { messages: [user('a')] }],
    ['not in what is empty', point({ index: 0 }), { messages: [user('')] }, { messages: [user('')] }],
  ])('%s', (_name, at, request, expected) => {
    expect(mark(request, at)).toEqual(expected);
  });

  it('are four at most, the caller’s included, and the last ones', () => {
    const texts = ['a', 'b', 'c', 'd', 'e'];
    const request = { messages: [user(marked('own')), ...texts.map(user)] };
    expect(mark(request, point({ role: 'user' }))).toEqual({
      messages: [
        user(marked('own')),
        user('a'),
        user('b'),
        ...['c', 'd', 'e'].map((text) => user(marked(text))),
      ],
    });
  });
});

describe('a call', () => {
  const textFor = (
    dialect: 'openai-chat' | 'openai-responses' | 'anthropic-messages',
    request: object | string,
    cachePoints: CachePoint[],
  ) => {
    const settings = { apiKey: 'k', apiBase: null, apiVersion: null, organization: null, more: {} };
    const { body } = upstreamRequest(connectionTo(findProvider('anthropic')!, settings), {
      ...{
        attemptId: 'c:1',
        dialect,
        model: 'm',
        upstreamModel: 'claude',
        stream: false,
        includeUsage: true,
      },
      ...{ headers: {}, body: Buffer.from(typeof request === 'string' ? request : JSON.stringify(request)) },
      options: { defaults: {}, extraBody: {}, additionalDropParams: [], dropParams: false, cachePoints },
    });
    return Buffer.from(body).toString();
  };
  const bodyFor = (...asked: Parameters<typeof textFor>): Json => JSON.parse(textFor(...asked)) as Json;

  it.each([
    ['openai-chat', { messages: [user('Hi')] }],
    ['openai-responses', { input: 'Hi' }],
    ['anthropic-messages', { max_tokens: 9, messages: [user('Hi')] }],
  ] as const)('of %s is marked as its deployment wants', (dialect, request) => {
    const { messages } = bodyFor(dialect, request, [point({ index: -1 })]);
    expect(messages).toEqual([user(marked('Hi'))]);
  });

  it('is marked as its caller wants, who is not passed on', () => {
    const own = {
      cache_control_injection_points: [{ location: 'message', role: 'user' }, null, { role: 7 }],
    };
    const body = bodyFor('anthropic-messages', { ...own, messages: [user('Hi')] }, []);
    expect(body['messages']).toEqual([user(marked('Hi'))]);
    expect(body).not.toHaveProperty('cache_control_injection_points');
  });

  it('keeps every byte that no point is about', () => {
    const rest = '"top_p" : 1e0, "tools": [ {"a" : 1} ], "unheard": {"b":\n2}';
    const request = `{"model":"m", ${rest}, "messages": [ {"role":"user", "content":"Hi"} ]}`;
    expect(textFor('anthropic-messages', request, [point({ index: 0 })])).toBe(
      `{"model":"claude", ${rest}, "messages": ${JSON.stringify([user(marked('Hi'))])}}`,
    );
    const unmarked = request.replace('"m"', '"claude"');
    for (const points of [[], [point({ index: 7 })]])
      expect(textFor('anthropic-messages', request, points)).toBe(unmarked);
  });
});
