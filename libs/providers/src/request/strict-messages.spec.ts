import { strictMessages } from './strict-messages.js';

describe('strictMessages', () => {
  it('keeps what is OpenAI’s, at every depth', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
    const part = { type: 'text', text: 'Hi' };
    const messages = [
      { role: 'user', content: [{ ...part, cache_control: { type: 'ephemeral' } }] },
      {
        ...{ role: 'assistant', content: null, thinking_blocks: [], reasoning_content: 'Hm' },
        tool_calls: [{ ...call, provider_specific_fields: { thought_signature: 's' } }],
      },
    ];
    expect(strictMessages(messages)).toEqual([
      { role: 'user', content: [part] },
      { role: 'assistant', content: null, tool_calls: [call] },
    ]);
  });

  it('leaves what is no list of messages to the provider', () => {
    expect(strictMessages('Hi')).toBe('Hi');
    expect(strictMessages([1, null])).toEqual([1, null]);
  });
});
