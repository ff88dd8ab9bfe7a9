import { beginningOfPlaceholder, labelOf, Placeholders } from './placeholders.js';

describe('placeholders', () => {
  it('are the same for the same value, and numbered by kind', () => {
    const placeholders = new Placeholders([]);
    const values = [
      ['EMAIL_ADDRESS', 'a@b.io'],
      ['EMAIL_ADDRESS', 'c@d.io'],
      ['EMAIL_ADDRESS', 'a@b.io'],
      ['employee id', 'X-1'],
    ] as const;
    expect(values.map(([name, value]) => placeholders.of(name, value))).toEqual([
      '<EMAIL_ADDRESS_1>',
      '<EMAIL_ADDRESS_2>',
      '<EMAIL_ADDRESS_1>',
      '<EMPLOYEE_ID_1>',
    ]);
    expect(placeholders.restored('<EMPLOYEE_ID_1>: <EMAIL_ADDRESS_2>', false)).toBe('X-1: c@d.io');
  });

  it('that a caller wrote are none of ours', () => {
    const placeholders = new Placeholders(['what is <EMAIL_ADDRESS_1>?']);
    expect(placeholders.of('EMAIL_ADDRESS', 'a@b.io')).toBe('<EMAIL_ADDRESS_2>');
    expect(placeholders.restored('<EMAIL_ADDRESS_1>', false)).toBe('<EMAIL_ADDRESS_1>');
  });

  it('are escaped where they are within JSON', () => {
    const placeholders = new Placeholders([]);
    const placeholder = placeholders.of('NOTE', 'a "b"\n');
    expect(JSON.parse(placeholders.restored(`{"note":"${placeholder}"}`, true))).toEqual({ note: 'a "b"\n' });
  });

  it.each([
    ['Größe (cm)', 'GR_SSE_CM'],
    ['42', 'TEXT'],
    ['名前', 'TEXT'],
  ])('call %s %s', (name, label) => {
    expect(labelOf(name)).toBe(label);
  });

  it.each([
    ['a <EMAIL_ADD', 2],
    ['a <', 2],
    ['a <b', 4],
    ['a <EMAIL_ADDRESS_1>', 19],
    ['plain', 5],
  ])('may begin in %j at %d', (text, at) => {
    expect(beginningOfPlaceholder(text)).toBe(at);
  });
});
