import { questionOf } from './question.js';

const USER = { role: 'user', content: 'Why?' };

describe('the question of a request', () => {
  it.each([
    ['chat', { messages: [{ role: 'system', content: 'Be brief' }, USER] }, 'Why?'],
    ['chat in parts', { messages: [{ role: 'user', content: [{ type: 'text', text: 'Why?' }] }] }, 'Why?'],
    ['responses', { input: 'Why?' }, 'Why?'],
    [
      'responses in items',
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 'Why?' }] }] },
      'Why?',
    ],
    ['Gemini', { contents: [{ parts: [{ text: 'Why?' }] }] }, 'Why?'],
    ['completions', { prompt: ['One', 'Two'] }, 'Two'],
  ])('is the last thing that is said, in %s', (_dialect, body, text) => {
    const question = questionOf(body);
    expect(question?.text).toBe(text);
    expect(JSON.stringify(question?.rest)).toBe(JSON.stringify(body).replace(`"${text}"`, '""'));
  });

  it.each([
    ['no text', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'u' } }] }] }],
    ['not the user', { messages: [USER, { role: 'tool', content: '42' }] }],
    ['nothing', { messages: [] }],
    ['blank', { prompt: ' ' }],
    ['very long', { prompt: 'a'.repeat(8_001) }],
    ['not there', { model: 'm' }],
    ['no message', { messages: [7] }],
  ])('is none where the last thing is %s', (_what, body) => {
    expect(questionOf(body)).toBeNull();
  });
});
