import { agree } from './agreement.js';

describe('questions that are alike', () => {
  it.each([
    ['What is the capital of France?', 'which city is the capital of France'],
    ['How do I reset my password?', 'My password: how do I reset it?'],
    ['Translate "good day" to Welsh', 'What is "good day" in Welsh?'],
    ['Is 7 a prime number?', 'Tell me if 7 is prime'],
    ['Why does it not start?', "Why doesn't it start?"],
  ])('agree: %s / %s', (left, right) => {
    expect([agree(left, right), agree(right, left)]).toEqual([true, true]);
  });

  it.each([
    ['Is 7 a prime number?', 'Is 8 a prime number?'],
    ['The fee of 1.5 percent', 'The fee of 15 percent'],
    ['Which drugs may I take with alcohol?', 'Which drugs may I not take with alcohol?'],
    ['Kann ich das essen?', 'Kann ich das nicht essen?'],
    ['What is the capital of France?', 'What is the capital of Spain?'],
    ['Translate "good day" to Welsh', 'Translate "good night" to Welsh'],
    ['How fast is gpt-4o?', 'How fast is gpt-5o?'],
    ['Wer ist in München?', 'Wer ist in Münster?'],
    ['Open `a.ts`', 'Open `b.ts`'],
  ])('do not agree: %s / %s', (left, right) => {
    expect([agree(left, right), agree(right, left)]).toEqual([false, false]);
  });

  it('are compared in no time, whatever they are', () => {
    const began = performance.now();
    for (const text of ['n'.repeat(8_000), '"'.repeat(8_000), 'A. '.repeat(2_600), "n't ".repeat(2_000)])
      expect(agree(text, text)).toBe(true);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
