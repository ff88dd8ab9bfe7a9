import { toCsv } from './csv.js';

describe('toCsv', () => {
  it('quotes what RFC 4180 says, and ends lines with CR LF', () => {
    expect(toCsv([{ name: 'a,b', said: 'he said "no"', lines: 'one\ntwo', plain: 'x y' }])).toBe(
      'name,said,lines,plain\r\n"a,b","he said ""no""","one\ntwo",x y\r\n',
    );
  });

  it('keeps texts from being taken for formulas, and numbers as they are', () => {
    const texts = ['=1+1', '+1', '-1', '@cmd', '\tx', '\rx', 'a=1'];
    const [, ...lines] = toCsv(texts.map((text) => ({ text, sum: -0.5 }))).split('\r\n');
    expect(lines.slice(0, 5)).toEqual(["'=1+1,-0.5", "'+1,-0.5", "'-1,-0.5", "'@cmd,-0.5", "'\tx,-0.5"]);
    expect(lines.at(5)).toBe('"\'\rx",-0.5');
    expect(lines.at(6)).toBe('a=1,-0.5');
  });

  it('has every column that a row has, what is nested as JSON, and nothing for nothing', () => {
    expect(toCsv([{ a: 1 }, { b: { c: [1, 'x'] }, a: null }, { '=d': true }])).toBe(
      'a,b,\'=d\r\n1,,\r\n,"{""c"":[1,""x""]}",\r\n,,true\r\n',
    );
    expect(toCsv([])).toBe('\r\n');
  });
});
