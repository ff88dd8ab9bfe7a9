import type { Dialect } from '@tollgate/contracts';
import { cappedBody } from './capped-body.js';

const capped = (dialect: Dialect, body: string, maxOutputTokens: number, chatField = 'max_tokens'): string =>
  Buffer.from(cappedBody(Buffer.from(body), { dialect, maxOutputTokens, chatField })).toString();

describe('cappedBody', () => {
  it.each<[Dialect, string, string]>([
    ['openai-chat', '{"model":"m"}', '{"model":"m","max_tokens":50}'],
    ['openai-chat', '{"max_tokens": 900, "model":"m"}', '{"max_tokens": 50, "model":"m"}'],
    ['openai-chat', '{"max_completion_tokens":10}', '{"max_completion_tokens":10}'],
    ['openai-chat', '{"n":2,"max_tokens":100}', '{"n":2,"max_tokens":25}'],
    ['openai-chat', '{"max_tokens":null}', '{"max_tokens":50}'],
    ['anthropic-messages', '{"max_tokens":4096,"n":2}', '{"max_tokens":50,"n":2}'],
    ['openai-responses', '{"model":"m"}', '{"model":"m","max_output_tokens":50}'],
    ['gemini-content', '{}', '{"generationConfig":{"maxOutputTokens":50}}'],
    [
      'gemini-content',
      '{"generationConfig":{"topP":1}}',
      '{"generationConfig":{"topP":1,"maxOutputTokens":50}}',
    ],
    [
      'gemini-content',
      '{"generationConfig":{"maxOutputTokens":9}}',
      '{"generationConfig":{"maxOutputTokens":9}}',
    ],
    ['bedrock-converse', '{"inferenceConfig":{"maxTokens":99}}', '{"inferenceConfig":{"maxTokens":50}}'],
    ['ollama-chat', '{"options":{"num_predict":-1}}', '{"options":{"num_predict":50}}'],
    ['openai-embeddings', '{"input":"x"}', '{"input":"x"}'],
  ])('of %s: %s', (dialect, body, expected) => {
    expect(JSON.parse(capped(dialect, body, 50))).toEqual(JSON.parse(expected));
  });

  it('sets the field that a provider wants where a chat request has none', () => {
    expect(capped('openai-chat', '{}', 5, 'max_completion_tokens')).toBe('{"max_completion_tokens":5}');
  });

  it('asks for one token at least', () => {
    expect(capped('openai-chat', '{"n":8,"max_tokens":9}', 5)).toBe('{"n":8,"max_tokens":1}');
  });
});
