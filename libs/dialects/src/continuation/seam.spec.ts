import { seamOf } from './prefill.js';
import { Seam } from './seam.js';

const through = (seam: Seam, text: string, size: number): string => {
  let out = '';
  for (let at = 0; at < text.length; at += size) out += seam.push(text.slice(at, at + size));
  return out;
};

describe('Seam', () => {
  it.each<[known: string, whole: boolean, said: string, fresh: string]>([
    ['', false, ' and on', ' and on'],
    ['\n\n', false, '\n\n- next', '- next'],
    ['\n\n', false, '\nnext', 'next'],
    [' ', false, 'next', 'next'],
    ['Hello wor', true, 'Hello world', 'ld'],
    ['Hello wor', true, 'Hell no', 'Hell no'],
    ['Hello', true, 'Hello', ''],
    ['Hello', true, 'Hel', ''],
    ['ha', true, 'ha ha', ' ha'],
  ])('between %j (whole: %j) and %j finds %j, however it is cut', (known, whole, said, fresh) => {
    for (const size of [1, 2, 3, 100]) expect(through(new Seam(known, whole), said, size)).toBe(fresh);
  });

  it('takes time in proportion to the text', () => {
    const known = 'x'.repeat(1_000_000);
    expect(through(new Seam(known, true), `${known}y`, 4)).toBe('y');
  });
});

describe('seamOf', () => {
  it('expects the white space that Anthropic could not be told, and what Mistral says again', () => {
    expect(seamOf('Hi \n', 'anthropic-messages', 'trailing').push(' \nyou')).toBe('you');
    expect(seamOf('Hi ', 'anthropic-messages', 'ask').push(' you')).toBe(' you');
    expect(seamOf('Hi ', 'openai-chat', 'trailing').push(' you')).toBe(' you');
    expect(seamOf('Hi ', 'openai-chat', 'echoed-prefix').push('Hi you')).toBe('you');
  });
});
