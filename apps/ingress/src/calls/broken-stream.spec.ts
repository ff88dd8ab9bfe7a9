import { GatewayError, type Dialect } from '@tollgate/contracts';
import { brokenEnd } from './broken-stream.js';

const error = new GatewayError('upstream_stream_broken', 'It broke off');
const flat = { code: 'upstream_stream_broken', message: 'It broke off', param: null };
const dataOf = (text: string): unknown => JSON.parse(text.slice(text.indexOf('{')));

describe('the end of a stream that broke off', () => {
  it.each<[Dialect, string | null, object]>([
    ['openai-chat', null, { error: { message: 'It broke off' } }],
    ['openai-responses', 'error', { ...flat, error: flat, sequence_number: 8 }],
    ['anthropic-messages', 'error', { type: 'error', error: { message: 'It broke off' } }],
    ['gemini-content', null, { error: { message: 'It broke off' } }],
    ['cohere-chat', 'message-end', { delta: { finish_reason: 'ERROR', error: 'It broke off' } }],
  ])('is an event of %s', (dialect, name, data) => {
    const end = brokenEnd(error, dialect, Buffer.from('data: {"sequence_number":7}\n\n'));
    expect(/^event: (.*)$/m.exec(end)?.[1] ?? null).toBe(name);
    expect(dataOf(end)).toMatchObject(data);
    expect(end.endsWith('\n\n')).toBe(true);
  });

  it('begins a line of its own where the provider broke off in the middle of one', () => {
    expect(brokenEnd(error, 'openai-chat', Buffer.from('data: {"cho'))).toMatch(/^\n\ndata: \{/);
    expect(brokenEnd(error, 'ollama-chat', Buffer.from('{"mod'))).toBe('\n{"error":"It broke off"}\n');
    expect(brokenEnd(error, 'ollama-chat', Buffer.from('{}\n'))).toBe('{"error":"It broke off"}\n');
  });
});
