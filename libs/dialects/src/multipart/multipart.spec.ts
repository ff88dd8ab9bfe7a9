import { GatewayError } from '@tollgate/contracts';
import { boundaryOf, scanMultipart, spliceMultipart } from './multipart.js';

const B = 'xyz';
const part = (disposition: string, content: string): string =>
  `--${B}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
const form = (...parts: string[]): Buffer => Buffer.from(`${parts.join('')}--${B}--\r\n`, 'latin1');
const FORM = form(
  part('name="model"', 'theirs'),
  part('name="file"; filename="a \\"b\\".wav"\r\nContent-Type: audio/wav', '\0\xff\r\n--xy\r\n\r\nz'),
  part('name=language', ''),
);

describe('boundaryOf', () => {
  it.each([
    ['multipart/form-data; boundary=xyz', 'xyz'],
    ['Multipart/Form-Data; charset=utf-8; boundary="x y"', 'x y'],
    ['application/json', null],
  ])('%s', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary);
  });

  it('refuses a form without one', () => {
    expect(() => boundaryOf('multipart/form-data')).toThrow(GatewayError);
  });
});

describe('scanMultipart', () => {
  it('finds each part, whatever bytes it has', () => {
    const parts = scanMultipart(FORM, B);
    expect(parts.map(({ name, filename, contentType }) => [name, filename, contentType])).toEqual([
      ['model', null, null],
      ['file', 'a \\"b\\".wav', 'audio/wav'],
      ['language', null, null],
    ]);
    expect(parts.map(({ start, end }) => FORM.toString('latin1', start, end))).toEqual([
      'theirs',
      '\0\xff\r\n--xy\r\n\r\nz',
      '',
    ]);
  });

  it('refuses what is cut off, at whatever byte', () => {
    for (let length = 0; length < FORM.length - 4; length += 1)
      expect(() => scanMultipart(FORM.subarray(0, length), B)).toThrow(GatewayError);
  });
});

describe('spliceMultipart', () => {
  it('changes nothing but what it is told', () => {
    expect(spliceMultipart(FORM, B, {})).toEqual(FORM);
    const edited = spliceMultipart(FORM, B, { model: 'ours', language: undefined, temperature: '0' });
    const read = Object.fromEntries(
      scanMultipart(edited, B).map(({ name, start, end }) => [name, edited.toString('latin1', start, end)]),
    );
    expect(read).toEqual({ model: 'ours', file: '\0\xff\r\n--xy\r\n\r\nz', temperature: '0' });
  });

  it('edits texts, never a file of that name', () => {
    const files = form(part('name="model"; filename="model"', 'bytes'));
    expect(spliceMultipart(files, B, { model: 'ours' }).toString('latin1')).toContain('bytes');
  });
});
