import { GatewayError } from '@tollgate/contracts';
import type { Json } from '../json/json.js';
import { chatToMessages } from '../to-anthropic/chat-to-messages.js';
import { randomText, seededRandom } from '../testing/random-json.js';
import { messagesToChat } from './messages-to-chat.js';

const hello = [{ role: 'user', content: 'hello' }];

const translate = (fields: Json): Json =>
  messagesToChat({ model: 'm', max_tokens: 9, messages: hello, ...fields });

describe('messagesToChat', () => {
  it('translates parameters and lets the unknown travel on', () => {
    const chat = translate({
      system: 'Be kind.',
      stop_sequences: ['END'],
      thinking: { type: 'enabled', budget_tokens: 2048 },
      tools: [
        { name: 'f', description: 'does', input_schema: { type: 'object' } },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      metadata: { user_id: 'u' },
      top_k: 3,
      stream: true,
    });
    expect(chat).toEqual({
      model: 'm',
      max_tokens: 9,
      messages: [{ role: 'system', content: 'Be kind.' }, ...hello],
      stop: ['END'],
      reasoning_effort: 'medium',
      tools: [
        { type: 'function', function: { name: 'f', description: 'does', parameters: { type: 'object' } } },
      ],
      web_search_options: {},
      tool_choice: 'required',
      parallel_tool_calls: false,
      user: 'u',
      top_k: 3,
      stream: true,
    });
  });

  it('puts tool results before the rest of the turn, each its own message', () => {
    const content = [
      { type: 'text', text: 'so' },
      { type: 'tool_result', tool_use_id: 'a', content: 'sunny' },
      { type: 'tool_result', tool_use_id: 'b', is_error: true },
    ];
    expect(translate({ messages: [{ role: 'user', content }] })['messages']).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'sunny' },
      { role: 'tool', tool_call_id: 'b', content: '', is_error: true },
      { role: 'user', content: 'so' },
    ]);
  });

  it.each([
    [{ messages: 5 }, 'invalid_request', 'messages'],
    [{ messages: [{ role: 'user', content: [3] }] }, 'invalid_request', 'messages[0].content[0]'],
    [{ messages: [{ role: 'robot', content: 'x' }] }, 'invalid_request', 'messages[0].role'],
    [{ max_tokens: 'x' }, 'invalid_request', 'max_tokens'],
    [{ tools: [{ type: 'bash_20250124', name: 'bash' }] }, 'unsupported_parameter', 'tools[0]'],
  ])('refuses %j', (fields, code, param) => {
    let error: unknown;
    try {
      translate(fields);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code, options: { param } });
  });
});

describe('a conversation with tools', () => {
  it('is the same after the way to Anthropic and back', () => {
    const random = seededRandom(13);
    for (let round = 0; round < 200; round += 1) {
      const chat = randomConversation(random);
      const { body } = chatToMessages(chat, { defaultMaxTokens: 5, dropParams: false });
      expect(messagesToChat(body)).toEqual(chat);
    }
  });
});

/** Spelled as the translation spells it: one system message, contents as strings where they are one text. */
function randomConversation(random: () => number): Json {
  const text = (): string => `x${randomText(random, 10)}`;
  const messages: Json[] = [{ role: 'system', content: text() }];
  let calls = 0;
  for (let turn = 0; turn < 1 + random() * 4; turn += 1) {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
    const marked = { type: 'text', text: text(), cache_control: { type: 'ephemeral' } };
    messages.push({ role: 'user', content: random() < 0.5 ? text() : [image, marked] });
    const ids = Array.from({ length: 1 + Math.floor(random() * 3) }, () => `call_${(calls += 1)}`);
    const blocks = random() < 0.5 ? [] : [{ type: 'thinking', thinking: text(), signature: 'sig' }];
    messages.push({
      role: 'assistant',
      content: random() < 0.5 ? null : text(),
      ...(blocks.length > 0 && { reasoning_content: blocks.map(({ thinking }) => thinking).join('') }),
      ...(blocks.length > 0 && { thinking_blocks: blocks }),
      tool_calls: ids.map((id) => ({
        id,
        type: 'function',
        function: { name: 'f', arguments: JSON.stringify({ [text()]: text() }) },
      })),
    });
    messages.push(...ids.map((id) => ({ role: 'tool', tool_call_id: id, content: text() })));
    messages.push({ role: 'assistant', content: `${text()}.` });
  }
  const parameters = { type: 'object', properties: {} };
  return {
    model: 'claude-sonnet-4-5',
    max_tokens: 5,
    messages,
    tools: [{ type: 'function', function: { name: 'f', parameters } }],
    tool_choice: 'auto',
    parallel_tool_calls: false,
  };
}
