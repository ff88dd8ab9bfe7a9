import { pino } from 'pino';
import { LOGGER_OPTIONS } from './logger.js';

const KEY = 'sk-abcdefghijklmnop0123456789';
const SECRET = 'what nobody may see';

function printed(fields: object, text = 'text', bindings: object = {}): string {
  const lines: string[] = [];
  const logger = pino(LOGGER_OPTIONS, { write: (line) => lines.push(line) });
  logger.child(bindings).info(fields, text);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/}\n$/);
  return lines[0] ?? '';
}

describe('a log line', () => {
  it.each([
    ['apiKey', { apiKey: SECRET }],
    ['api_key at depth 3', { deployment: { parameters: { api_key: SECRET } } }],
    ['an authorization header at depth 3', { request: { headers: { Authorization: [SECRET] } } }],
    ['a longer name', { a: [{ b: { 'x-litellm-api-key': SECRET, aws_secret_access_key: SECRET } }] }],
    ['a credential that is an object', { a: { b: { credentials: { nested: { deep: SECRET } } } } }],
    ['great depth', { a: { b: { c: { d: { e: { f: { g: { apiKey: SECRET } } } } } } } }],
    ['what an object prints as', { call: { toJSON: () => ({ api_key: SECRET }) } }],
    ['fields of an error', { err: Object.assign(new Error('failed'), { request: { apiKey: SECRET } }) }],
  ])('never shows a credential: %s', (_name, fields) => {
    const line = printed(fields);
    expect(line).not.toContain(SECRET);
    expect(line).toContain('[redacted]');
  });

  it('is none at all where it cannot be cleaned', () => {
    let nested: object = { api_key: SECRET };
    for (let depth = 0; depth < 3_500; depth++) nested = { nested };
    expect(printed(nested)).not.toContain(SECRET);
  });

  it('never shows a credential that a logger has in all its lines', () => {
    expect(printed({}, 'text', { to: { api_key: SECRET } })).not.toContain(SECRET);
  });

  it('shows no key and no bearer token, in a field of any name or a text', () => {
    const line = printed({ keys: { of: { team: [KEY] } } }, `refused ${KEY}, sent as Bearer ${KEY}`);
    expect(line).not.toContain('abcdefghijklmnop');
    expect(JSON.parse(line)).toMatchObject({
      keys: { of: { team: ['sk-[redacted]'] } },
      msg: 'refused sk-[redacted], sent as Bearer [redacted]',
    });
  });

  it('shows everything else as it is', () => {
    const fields = {
      event: 'call.routed',
      keyHash: '0123456789abcdef',
      name: 'sk-...abcd',
      tokens: 7,
      nested: { 'with "quotes"': null, task: 'task-force-of-many-people' },
    };
    expect(JSON.parse(printed(fields, 'the api_key of d-1 is missing'))).toEqual({
      ...fields,
      level: 'info',
      time: expect.any(String) as string,
      msg: 'the api_key of d-1 is missing',
    });
  });
});
