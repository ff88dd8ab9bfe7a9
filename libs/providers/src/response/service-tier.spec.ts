import { ChatStreamDecoder, type SseEvent } from '@tollgate/dialects';
import { DecodedObserver } from './decoded-observer.js';
import { jsonAnswer } from './json-answer.js';
import { MessageObserver } from './message-observer.js';

const SOURCE = { provider: 'openai', exception: 'OpenAIException', secrets: [] } as never;
const event = (data: object): SseEvent => ({
  event: null,
  data: JSON.stringify(data),
  raw: new Uint8Array(),
});

const progressOf = (from: 'openai-chat' | 'anthropic-messages', answer: object) =>
  jsonAnswer(Buffer.from(JSON.stringify(answer)), { from, to: from, model: 'm', source: SOURCE }).progress;

describe('the tier that served', () => {
  it('a chat completion is in it', () => {
    const answer = { id: 'a', model: 'm', choices: [], usage: { prompt_tokens: 1 } };
    expect(progressOf('openai-chat', { ...answer, service_tier: 'priority' }).serviceTier).toBe('priority');
    expect(progressOf('openai-chat', { ...answer, service_tier: 'default' }).serviceTier).toBeNull();
  });

  it('a message is in its usage, its speed too', () => {
    const answer = { id: 'a', model: 'm', content: [] };
    const tierOf = (usage: object) => progressOf('anthropic-messages', { ...answer, usage }).serviceTier;
    expect(tierOf({ input_tokens: 1, service_tier: 'batch' })).toBe('batch');
    expect(tierOf({ input_tokens: 1, service_tier: 'standard', speed: 'fast' })).toBe('fast');
    expect(tierOf({ input_tokens: 1, service_tier: 'standard', speed: 'standard' })).toBeNull();
  });

  it('a stream is the last that it tells', () => {
    const chat = new DecodedObserver(new ChatStreamDecoder(), SOURCE);
    for (const service_tier of ['auto', 'flex']) chat.observe(event({ id: 'a', choices: [], service_tier }));
    chat.observe(event({ id: 'a', choices: [] }));
    expect(chat.serviceTier).toBe('flex');
    const message = new MessageObserver(SOURCE);
    message.observe(
      event({ type: 'message_start', message: { usage: { input_tokens: 1, service_tier: 'batch' } } }),
    );
    message.observe(event({ type: 'message_delta', usage: { output_tokens: 2 } }));
    expect(message.serviceTier).toBe('batch');
  });
});
