import { redact } from './redact.js';

describe('redact', () => {
  it.each([
    ['a known secret', 'the key hunter2hunter2 is wrong', ['hunter2hunter2'], 'the key *** is wrong'],
    [
      'a key by its shape',
      'Incorrect API key provided: sk-proj-abcdef123456.',
      [],
      'Incorrect API key provided: sk-***',
    ],
    ['a bearer token', 'Authorization: Bearer eyJabc.def-ghi', [], 'Authorization: Bearer ***'],
    ['nothing in plain text', 'max_tokens must be a number', ['ab'], 'max_tokens must be a number'],
  ])('hides %s', (_what, text, secrets, shown) => {
    expect(redact(text, secrets)).toBe(shown);
  });

  it('bounds the length, and never cuts a secret in two', () => {
    const text = `${'x'.repeat(1_995)}secret-of-length${'y'.repeat(100_000)}`;
    const shown = redact(text, ['secret-of-length']);
    expect(shown.length).toBeLessThan(2_010);
    expect(shown).not.toContain('secre');
  });
});
