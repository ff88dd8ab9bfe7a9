import type { Dialect } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import { estimatePromptTokens, estimateRequestTokens, estimateTokens } from './estimate-tokens.js';

describe('estimateTokens', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['abcd', 1],
    ['abcde', 2],
    ['漢字', 2],
    ['한국어 text', 5],
    ['x'.repeat(1_000_000), 250_000],
  ])('of %p', (text, expected) => {
    expect(estimateTokens(text)).toBe(expected);
  });
});

describe('estimatePromptTokens', () => {
  it('is the characters of all messages divided by four, rounded once', () => {
    const messages = [
      { role: 'system', content: 'abc' },
      { role: 'user', content: [{ type: 'text', text: 'de' }] },
    ];
    expect(estimatePromptTokens({ messages })).toBe(2);
  });

  it('counts tool calls, results, the JSON of tools, and images flat', () => {
    const text = estimatePromptTokens({
      messages: [
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ function: { name: 'look', arguments: '{"a":1}' } }],
        },
        { role: 'tool', content: 'sunny' },
      ],
    });
    expect(text).toBe(4);
    const tools = [{ type: 'function', function: { name: 'x'.repeat(400) } }];
    expect(estimatePromptTokens({ messages: [], tools })).toBe(Math.ceil(JSON.stringify(tools).length / 4));
    const image = {
      role: 'user',
      content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
    };
    expect(estimatePromptTokens({ messages: [image, image] })).toBe(2000);
  });

  it.each([{}, { messages: 'x' }, { messages: [null, 1, { content: [null, { text: 5 }] }], tools: 3 }])(
    'takes %j for nothing',
    (request) => {
      expect(estimatePromptTokens(request)).toBe(0);
    },
  );
});

describe('estimateRequestTokens', () => {
  const estimate = (dialect: Dialect, body: Json): number => estimateRequestTokens(body, dialect);

  it.each<[Dialect, Json, number]>([
    ['openai-responses', { instructions: 'x'.repeat(8), input: 'x'.repeat(8) }, 4],
    ['openai-responses', { input: [{ content: [{ type: 'input_image', image_url: 'data:,' }] }] }, 1_006],
    ['gemini-content', { contents: [{ parts: [{ text: 'x'.repeat(400) }] }] }, 100],
    ['gemini-content', { contents: [{ parts: [{ inlineData: { data: 'AAAA' } }] }] }, 1_000],
    ['openai-embeddings', { input: [[1, 2, 3], 'x'.repeat(4)] }, 4],
    ['cohere-rerank', { query: 'x'.repeat(4), documents: ['x'.repeat(4), { text: 'x'.repeat(4) }] }, 3],
    ['openai-chat', { messages: [{ role: 'user', content: 'x'.repeat(4) }] }, 1],
  ])('of %s: %j', (dialect, body, tokens) => {
    expect(Math.abs(estimate(dialect, body) - tokens)).toBeLessThanOrEqual(3);
  });

  it('counts a text without spaces whole', () => {
    expect(estimate('openai-responses', { input: 'a'.repeat(100_000) })).toBe(25_000);
  });
});
