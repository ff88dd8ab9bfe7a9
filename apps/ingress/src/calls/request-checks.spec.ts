import { CHAT, MASTER_KEY, errorOf, startIngress, type Harness } from '../_harness.js';

let ingress: Harness;
beforeAll(async () => {
  ingress = await startIngress({ maxRequestBytes: 50_000 });
});
afterAll(() => ingress.close());
beforeEach(() => {
  ingress.bus.calls.length = 0;
});

const send = async (body: string | Buffer, headers: Record<string, string> = {}) =>
  errorOf(await ingress.post('/v1/chat/completions', body, headers));
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('a chat request', () => {
  it.each([
    ['{"model":', 'request_body', 'not valid JSON'],
    ['', 'request_body', 'not valid JSON'],
    ['[1]', 'request_body', 'object'],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'request_body', 'UTF-8'],
    ['{"messages":[{}]}', 'model', 'required'],
    ['{"model":7,"messages":[{}]}', 'model', 'string'],
    [`{"model":"${'m'.repeat(1_025)}","messages":[{}]}`, 'model', '1024 characters'],
    ['{"model":"azure/\\ud800","messages":[{}]}', 'model', 'well-formed'],
    ['{"model":"m","messages":[{}],"fallbacks":["azure/\\udfff"]}', 'fallbacks', 'model names'],
    ['{"model":"m"}', 'messages', 'at least one'],
    ['{"model":"m","messages":[]}', 'messages', 'at least one'],
    ['{"model":"m","messages":"hi"}', 'messages', 'list'],
    ['{"model":"m","messages":[{}],"stream":"yes"}', 'stream', 'true or false'],
    ['{"model":"m","messages":[{}],"stream_options":1}', 'stream_options', 'object'],
    ['{"model":"m","messages":[{}],"user":5}', 'user', 'string'],
    ['{"model":"m","messages":[{}],"timeout":-1}', 'timeout', 'seconds'],
    ['{"model":"m","messages":[{}],"num_retries":1.5}', 'num_retries', 'whole number'],
    ['{"model":"m","messages":[{}],"tags":[1]}', 'tags', 'list of strings'],
    ['{"model":"m","messages":[{}],"disable_fallbacks":1}', 'disable_fallbacks', 'true or false'],
  ])('%s is refused, naming %s', async (body, param, words) => {
    const error = await send(body);
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', param, code: '400' });
    expect(error['message']).toContain(words);
    expect(ingress.bus.calls).toHaveLength(0);
  });

  it('that nests too deep is refused', async () => {
    const error = await send(`{"model":"m","messages":${deep(10_000)}}`);
    expect(error).toMatchObject({ status: 400, param: 'request_body' });
    expect(error['message']).toContain('deeper');
  });

  it('may begin with a byte order mark, which goes no further', async () => {
    const response = await ingress.post('/v1/chat/completions', `\uFEFF${JSON.stringify(CHAT)}`);
    expect(response.status).toBe(200);
    expect(ingress.bus.calls[0]?.body).toBe(JSON.stringify(CHAT));
  });

  it('counts the last of repeated names, as every later parser does', async () => {
    await ingress.post('/v1/chat/completions', '{"model":"a","messages":[{}],"mod\\u0065l":"b"}');
    expect(ingress.bus.calls[0]?.header.model).toBe('b');
  });

  it('larger than the limit is refused, by its announced length or by what arrives', async () => {
    const large = JSON.stringify({ ...CHAT, padding: 'x'.repeat(60_000) });
    expect(await send(large)).toMatchObject({ status: 413, type: 'invalid_request_error', code: '413' });
    const chunked = await fetch(`${ingress.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
      body: new Blob([large]).stream(),
      duplex: 'half',
    });
    expect((await errorOf(chunked))['status']).toBe(413);
  });

  it('of another type is refused with the fix; of none it is taken for JSON', async () => {
    const form = await send('a=b', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(form).toMatchObject({ status: 415, param: 'content-type' });
    expect(form['message']).toContain("'content-type: application/json'");
    expect(await send('x', { 'content-encoding': 'gzip' })).toMatchObject({ status: 415 });
    const untyped = await fetch(`${ingress.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER_KEY}` },
      body: Buffer.from(JSON.stringify(CHAT)),
    });
    expect(untyped.status).toBe(200);
  });
});
