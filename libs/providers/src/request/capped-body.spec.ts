import { findProvider } from '../manifest.js';
import { cappedBody } from './capped-body.js';

const capped = (name: string, body: string, cap: number): string =>
  Buffer.from(cappedBody(Buffer.from(body), findProvider(name)!, cap)).toString();

describe('cappedBody', () => {
  it.each([
    ['openai', '{"model":"m"}', '{"model":"m","max_completion_tokens":50}'],
    ['openai', '{"max_tokens": 900, "model":"m"}', '{"max_tokens": 50, "model":"m"}'],
    ['openai', '{"max_completion_tokens":10}', '{"max_completion_tokens":10}'],
    ['openai', '{"n":2,"max_tokens":100}', '{"n":2,"max_tokens":25}'],
    ['openai', '{"max_tokens":null}', '{"max_tokens":50}'],
    ['ollama', '{"model":"m"}', '{"model":"m","max_tokens":50}'],
    ['anthropic', '{"max_tokens":4096,"n":2}', '{"max_tokens":50,"n":2}'],
  ])('of %s: %s', (name, body, expected) => {
    expect(JSON.parse(capped(name, body, 50))).toEqual(JSON.parse(expected));
  });

  it('asks for one token at least', () => {
    expect(capped('openai', '{"n":8,"max_tokens":9}', 5)).toBe('{"n":8,"max_tokens":1}');
  });
});
