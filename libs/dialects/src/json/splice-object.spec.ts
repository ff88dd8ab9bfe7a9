import type { GatewayError } from '@tollgate/contracts';
import { randomJsonObject, seededRandom, spelled } from '../testing/random-json.js';
import { scanObject, type ObjectMembers } from './scan-object.js';
import { spliceObject } from './splice-object.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (result: Uint8Array): string => Buffer.from(result).toString('utf8');
const names = ({ written }: ObjectMembers): string[] => written.map(({ name }) => name);
const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as GatewayError).code;
  }
  return 'none';
};

describe('scanObject', () => {
  it('finds members with their offsets', () => {
    const source = ' { "a" : 1 , "b":"x\\"}" }\n';
    const members = scanObject(bytes(source));
    expect(names(members)).toEqual(['a', 'b']);
    const member = members.get('b');
    expect(source.slice(member?.valueStart, member?.valueEnd)).toBe('"x\\"}"');
    expect(source[member?.memberStart ?? 0]).toBe('"');
    expect(source[member?.memberEnd ?? 0]).toBe('}');
  });

  it('decodes escaped names and takes the last of repeated ones', () => {
    const members = scanObject(bytes('{"mod\\u0065l":1,"model":2}'));
    expect(names(members)).toEqual(['model', 'model']);
    expect(members.get('model')?.valueStart).toBe(24);
  });

  it.each([
    ['', 'invalid_json'],
    ['{', 'invalid_json'],
    ['{"a":1', 'invalid_json'],
    ['{"a" 1}', 'invalid_json'],
    ['{"a":}', 'invalid_json'],
    ['{"a":1}}', 'invalid_json'],
    ['{"a":1,}', 'invalid_json'],
    ['{"a":[1}}', 'invalid_json'],
    ['{"a":"x', 'invalid_json'],
    ['{"a":"x\\"}', 'invalid_json'],
    ['hello', 'invalid_json'],
    ['[]', 'invalid_request'],
    ['null', 'invalid_request'],
    ['"{}"', 'invalid_request'],
  ])('refuses %j with %s', (source, code) => {
    expect(codeOf(() => scanObject(bytes(source)))).toBe(code);
  });

  it('refuses what nests deeper than the limit, brackets in strings aside', () => {
    const nested = (levels: number): Uint8Array =>
      bytes(`{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`);
    expect(names(scanObject(nested(128)))).toEqual(['a']);
    expect(codeOf(() => scanObject(nested(129)))).toBe('invalid_request');
    expect(codeOf(() => scanObject(nested(4), { maxDepth: 3 }))).toBe('invalid_request');
    expect(names(scanObject(bytes(`{"a":["${'['.repeat(500)}"]}`)))).toEqual(['a']);
  });

  it('agrees with JSON.parse on random objects', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 500; round += 1) {
      const value = randomJsonObject(random, 4);
      const source = spelled(value, random);
      const encoded = Buffer.from(source);
      const members = scanObject(encoded);
      expect([...new Set(names(members))].sort()).toEqual(Object.keys(JSON.parse(source) as object).sort());
      for (const name of names(members)) {
        const member = members.get(name);
        expect(JSON.parse(encoded.toString('utf8', member?.valueStart, member?.valueEnd))).toEqual(
          value[name],
        );
      }
    }
  });

  it('skips long strings that end in backslashes', () => {
    for (let length = 0; length < 120; length += 1) {
      const value = `${'x'.repeat(length)}${'\\'.repeat(length % 7)}"`;
      const source = JSON.stringify({ a: value, b: 1 });
      expect(names(scanObject(bytes(source)))).toEqual(['a', 'b']);
    }
  });
});

describe('spliceObject', () => {
  it.each([
    ['{"model":"a","n":12345678901234567890}', { model: '"b"' }, '{"model":"b","n":12345678901234567890}'],
    ['{ "n" : 1.0e+2 ,\n "model" : "a" }', { model: '"b"' }, '{ "n" : 1.0e+2 ,\n "model" : "b" }'],
    ['{"a":1,"b":2,"c":3}', { a: undefined }, '{"b":2,"c":3}'],
    ['{"a":1,"b":2,"c":3}', { b: undefined }, '{"a":1,"c":3}'],
    ['{"a":1,"b":2,"c":3}', { c: undefined }, '{"a":1,"b":2}'],
    ['{"a":1, "b":2, "c":3}', { a: undefined, c: undefined }, '{"b":2}'],
    ['{ "a":1 }', { a: undefined }, '{ }'],
    ['{}', { a: '1', b: '2' }, '{"a":1,"b":2}'],
    ['{ }', { a: '1' }, '{"a":1 }'],
    ['{"a":1}', { a: undefined, b: 'true' }, '{"b":true}'],
    ['{"a":1}', { 'q"': 'null' }, '{"a":1,"q\\"":null}'],
    ['{"m":1,"x":0,"m":2}', { m: '3' }, '{"m":3,"x":0,"m":3}'],
    ['{"x":1,"x":2}', { m: '3' }, '{"x":1,"x":2,"m":3}'],
    ['{"é":"ü","m":"😀"}', { m: '"ß"' }, '{"é":"ü","m":"ß"}'],
    ['{"a":1}', { __proto__: undefined, constructor: undefined }, '{"a":1}'],
  ])('%s with %j is %s', (source, edits, expected) => {
    expect(text(spliceObject(bytes(source), edits as Record<string, string | undefined>))).toBe(expected);
  });

  it('returns the input where nothing changes', () => {
    const source = bytes('{"a":1,"a":2}');
    expect(spliceObject(source, { b: undefined })).toBe(source);
  });

  it('equals the edit of the parsed object on random ones', () => {
    const random = seededRandom(11);
    for (let round = 0; round < 500; round += 1) {
      const value = randomJsonObject(random, 3);
      // The gateway edits none of that name.
      const names = Object.keys(value).filter((name) => name !== '__proto__');
      const edits: Record<string, string | undefined> = { added: '{"x":[1]}' };
      const expected: Record<string, unknown> = { ...value, added: { x: [1] } };
      for (const name of names) {
        const dice = random();
        if (dice < 0.3) {
          edits[name] = undefined;
          Reflect.deleteProperty(expected, name);
        } else if (dice < 0.6) {
          edits[name] = '"edited"';
          expected[name] = 'edited';
        }
      }
      const result = spliceObject(bytes(spelled(value, random)), edits);
      expect(JSON.parse(text(result))).toEqual(expected);
    }
  });
});
