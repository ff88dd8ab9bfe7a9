import { readCallRequest, type CallRequest } from '../calls/call-request.js';
import { requestTexts } from './request-texts.js';

const loud = (asked: CallRequest): CallRequest => {
  const request = requestTexts(asked);
  return request.with(request.texts.map(({ text }) => text.toUpperCase()));
};

describe('the texts of a request', () => {
  it('are changed in its bytes and in what was read of it', () => {
    const source = '{"model":"m","seed":12345678901234567890,"messages":[{"role":"user","content":"hello"}]}';
    const changed = loud(readCallRequest(Buffer.from(source), { dialect: 'openai-chat' }));
    expect(changed.bytes.toString()).toBe(source.replace('hello', 'HELLO'));
    expect(changed.body).toMatchObject({ messages: [{ content: 'HELLO' }] });
  });

  it('are changed in forms, whose files stay as they are', () => {
    const part = (name: string, text: string): string =>
      `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
    const form = `${part('prompt', 'hello')}${part('model', 'm')}${part('file"; filename="a.wav', 'hello')}--b--\r\n`;
    const asked = readCallRequest(
      Buffer.from(form),
      { dialect: 'openai-transcriptions' },
      'multipart/form-data; boundary=b',
    );
    const changed = loud(asked);
    expect(changed.bytes.toString()).toBe(form.replace('hello', 'HELLO'));
    expect(changed.body['prompt']).toBe('HELLO');
  });

  it.each([
    ['{"contents":[{"parts":[{"text":"hello"}]}]}', 'application/json', 'HELLO'],
    ['not json', 'application/json', 'not json'],
    ['hello', 'application/octet-stream', 'hello'],
  ])('of a provider’s own API are read where they can be: %s', (source, contentType, told) => {
    const bytes = Buffer.from(source);
    const isJson = source.startsWith('{');
    const asked: CallRequest = {
      ...{ dialect: 'native', model: 'm', stream: false, includeUsage: true, endUser: null },
      ...{ bytes, contentType, body: isJson ? (JSON.parse(source) as Record<string, unknown>) : {} },
      native: { provider: 'gemini', method: 'POST', path: '/x' },
    };
    expect(loud(asked).bytes.toString()).toContain(told);
  });

  it('that nobody changes leave the request as it is', () => {
    const asked = readCallRequest(Buffer.from('{"model":"m","input":"x"}'), { dialect: 'openai-embeddings' });
    const request = requestTexts(asked);
    expect(request.with(request.texts.map(({ text }) => text))).toBe(asked);
  });
});
