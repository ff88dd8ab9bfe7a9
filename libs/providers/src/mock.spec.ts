import { SseDecoder } from '@tollgate/dialects';
import { mockAnswer, mockError } from './mock.js';

const CALL = {
  id: 'c1',
  dialect: 'openai-chat',
  model: 'm',
  stream: false,
  includeUsage: false,
  inputTokens: 7,
} as const;

describe('mockAnswer', () => {
  it('is a chat completion', () => {
    const { data, progress } = mockAnswer(CALL, 'hello');
    expect(JSON.parse(Buffer.from(data).toString())).toMatchObject({
      model: 'm',
      choices: [{ message: { content: 'hello' } }],
      usage: { prompt_tokens: 7, completion_tokens: 2 },
    });
    expect(progress).toMatchObject({ usage: null, characters: 5, finished: true });
  });

  it('is a stream that ends, in either dialect', () => {
    const last = (dialect: 'openai-chat' | 'anthropic-messages') =>
      new SseDecoder().push(mockAnswer({ ...CALL, dialect, stream: true }, 'hello').data).at(-1)?.data;
    expect(last('openai-chat')).toBe('[DONE]');
    expect(last('anthropic-messages')).toBe('{"type":"message_stop"}');
  });
});

describe('mockError', () => {
  it('raises what the text names', () => {
    expect(mockError('litellm.RateLimitError')).toMatchObject({ code: 'upstream_rate_limited' });
    expect(mockError('hello')).toBeNull();
  });
});
