import { asksPlainText, continuedRequest } from './continued-request.js';
import { CONTINUE_INSTRUCTION } from './prefill.js';

const user = { role: 'user', content: 'Count.' };
const ask = { role: 'user', content: CONTINUE_INSTRUCTION };

describe('continuedRequest', () => {
  it('gives the beginning as an assistant message, and asks where that is not enough', () => {
    const request = { messages: [user] };
    const beginning = { role: 'assistant', content: 'One, two ' };
    const of = (prefill: Parameters<typeof continuedRequest>[3]) =>
      continuedRequest(request, 'One, two ', 'openai-chat', prefill);
    expect(of('ask')).toEqual({ messages: [user, beginning, ask] });
    expect(of('trailing')).toEqual({ messages: [user, beginning] });
    expect(of('prefix')).toEqual({ messages: [user, { ...beginning, prefix: true }] });
    expect(of('echoed-prefix')).toEqual({ messages: [user, { ...beginning, prefix: true }] });
    expect(of('final-message')).toEqual({
      messages: [user, beginning],
      continue_final_message: true,
      add_generation_prompt: false,
    });
  });

  it('tells Anthropic no white space at the end, and turns its thinking off', () => {
    const request = { messages: [user], max_tokens: 100, thinking: { type: 'enabled', budget_tokens: 50 } };
    const fields = continuedRequest(request, 'One, two \n', 'anthropic-messages', 'trailing');
    expect(fields).toEqual({
      messages: [user, { role: 'assistant', content: 'One, two' }],
      max_tokens: 97,
      thinking: undefined,
    });
    expect(fields).toHaveProperty('thinking');
    expect(continuedRequest({ messages: [user] }, 'One', 'anthropic-messages', 'ask')).toEqual({
      messages: [user, { role: 'assistant', content: 'One' }, ask],
    });
  });

  it('goes on from an answer that the client itself began', () => {
    const begun = { role: 'assistant', content: 'One,' };
    expect(continuedRequest({ messages: [user, begun] }, ' two', 'openai-chat', 'trailing')).toEqual({
      messages: [user, { role: 'assistant', content: 'One, two' }],
    });
    const inBlocks = { role: 'assistant', content: [{ type: 'text', text: 'One,' }] };
    expect(
      continuedRequest({ messages: [user, inBlocks] }, ' two', 'anthropic-messages', 'trailing'),
    ).toEqual({
      messages: [
        user,
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'One,' },
            { type: 'text', text: ' two' },
          ],
        },
      ],
    });
  });

  it('leaves no less than one token', () => {
    const limits = { max_tokens: 3, max_completion_tokens: 30, temperature: 1 };
    const text = 'x'.repeat(40);
    expect(continuedRequest({ messages: [user], ...limits }, text, 'openai-chat', 'ask')).toMatchObject({
      max_tokens: 1,
      max_completion_tokens: 20,
    });
  });

  it('asks anew when nothing that could be gone on from was served', () => {
    const request = { messages: [user], max_tokens: 10 };
    expect(continuedRequest(request, '', 'openai-chat', 'ask')).toEqual({});
    expect(continuedRequest(request, ' \n', 'anthropic-messages', 'trailing')).toEqual({});
  });
});

describe('asksPlainText', () => {
  it.each([
    [{}, true],
    [{ response_format: null, output_config: { effort: 'low' } }, true],
    [{ response_format: { type: 'text' } }, true],
    [{ response_format: { type: 'json_object' } }, false],
    [{ output_format: { type: 'json_schema' } }, false],
    [{ output_config: { format: { type: 'json_schema' } } }, false],
  ])('of %j is %j', (request, expected) => {
    expect(asksPlainText(request)).toBe(expected);
  });
});
