import { promptPrefix } from './prompt-prefix.js';

const cache_control = { type: 'ephemeral' };
const long = (letter: string): string => letter.repeat(5_000);
const conversation = (...texts: string[]) => ({
  messages: texts.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content })),
});

describe('the prefix of a prompt', () => {
  it('is the same however the conversation goes on', () => {
    const start = promptPrefix(conversation(long('a')), false);
    expect(start).toMatch(/^[0-9a-f]{32}$/);
    expect(promptPrefix(conversation(long('a'), 'yes', 'and?'), false)).toBe(start);
    expect(promptPrefix(conversation(long('b')), false)).not.toBe(start);
  });

  it('is of tools, system and messages', () => {
    const base = { ...conversation('hello'), system: 'be brief', tools: [{ name: 'f' }] };
    const hash = promptPrefix(base, false);
    expect(promptPrefix({ ...base, system: 'be long' }, false)).not.toBe(hash);
    expect(promptPrefix({ ...base, tools: [{ name: 'g' }] }, false)).not.toBe(hash);
    expect(promptPrefix({ ...base, ...conversation('hi') }, false)).not.toBe(hash);
    expect(promptPrefix({ ...base, system: [{ type: 'text', text: 'be brief' }] }, false)).toBe(hash);
  });

  it('ends at the first mark with enough before it, so that later marks may move', () => {
    const system = [{ type: 'text', text: long('s'), cache_control }];
    const turn = (text: string, marked: boolean) => ({
      role: 'user',
      content: [{ type: 'text', text, ...(marked && { cache_control }) }],
    });
    const first = promptPrefix({ system, messages: [turn(long('x'), true)] }, true);
    expect(promptPrefix({ system, messages: [turn(long('x'), false), turn(long('y'), true)] }, true)).toBe(
      first,
    );
    expect(promptPrefix({ system, messages: [turn(long('z'), true)] }, true)).toBe(first);
  });

  it('ends at the last mark of a short prompt', () => {
    const messages = (last: string) => [
      { role: 'user', content: 'shared', cache_control },
      { role: 'user', content: last },
    ];
    const hash = promptPrefix({ messages: messages('one') }, true);
    expect(promptPrefix({ messages: messages('two') }, true)).toBe(hash);
  });

  it('is of 64 KB at most, however long a marked text is', () => {
    const hashOf = (end: string): string => {
      const text = `${'x'.repeat(65_536)}${end}`;
      return promptPrefix(
        { messages: [{ role: 'user', content: [{ type: 'text', text, cache_control }] }] },
        true,
      );
    };
    expect(hashOf('one')).toBe(hashOf('two'));
  });
});
