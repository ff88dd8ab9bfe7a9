import { Agent, request } from 'undici';
import { createInProcessLab, inProcessConnector } from './in-process.js';

const body = (stream: boolean, model = 'demo'): string =>
  JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'Hi' }] });

describe('a lab inside the process', () => {
  const lab = createInProcessLab();
  const dispatcher = new Agent({ connect: inProcessConnector(lab) as never });
  const post = (text: string, signal?: AbortSignal) =>
    request('http://fault-lab/v1/chat/completions', {
      ...{ method: 'POST', body: text, dispatcher },
      ...(signal !== undefined && { signal }),
    });
  beforeEach(() => lab.reset());
  afterAll(() => dispatcher.destroy());

  it('answers with JSON, over and over', async () => {
    for (let call = 0; call < 5; call++) {
      const response = await post(body(false));
      expect(await response.body.json()).toMatchObject({ object: 'chat.completion' });
    }
    expect(lab.url).toBe('');
    expect(lab.stats().finished).toBe(5);
  });

  it('streams, also much at once', async () => {
    const text = await (await post(body(true))).body.text();
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    const long = await (await post(body(true, 'demo?totalBytes=5000000&chunkBytes=50000'))).body.text();
    expect(long.length).toBeGreaterThan(5_000_000);
  });

  it('sees that the caller has gone', async () => {
    const abort = new AbortController();
    const response = await post(body(true, 'demo?stallAfterBytes=300'), abort.signal);
    const ended = response.body.text().catch(() => 'aborted');
    abort.abort();
    expect(await ended).toBe('aborted');
    const deadline = Date.now() + 2000;
    while (lab.stats().aborted === 0 && Date.now() < deadline) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(lab.stats()).toMatchObject({ open: 0, aborted: 1 });
  });

  it('breaks off as a reset would', async () => {
    const response = await post(body(true, 'demo?resetAfterBytes=400'));
    await expect(response.body.text()).rejects.toThrow();
  });
});
