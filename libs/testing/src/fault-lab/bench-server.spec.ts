import { startBenchServer, type BenchServer } from './bench-server.js';

const untimed = (text: string): string => text.replaceAll(/"created":\d+/g, '"created":0');

describe('the bench server', () => {
  let server: BenchServer;
  beforeAll(async () => {
    server = await startBenchServer({ tokens: 8 });
  });
  afterAll(() => server.close());
  const post = async (body: string | ReadableStream): Promise<Response> =>
    fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body, duplex: 'half' });

  it('answers with a completion of the asked number of tokens', async () => {
    expect(await (await post('{"stream":false}')).json()).toMatchObject({ usage: { completion_tokens: 8 } });
  });

  it('streams a token an event', async () => {
    const text = await (await post('{"stream": true}')).text();
    expect(text.match(/"delta":\{"content":"....?"/g)).toHaveLength(8);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('understands bodies that come in chunks', async () => {
    const body = new Blob([`{"stream":true,"pad":"${'x'.repeat(300_000)}"}`]).stream();
    expect(await (await post(body)).text()).toContain('[DONE]');
  });

  it('paces its streams when asked', async () => {
    const paced = await startBenchServer({ tokens: 8, chunkDelayMs: 10 });
    const started = Date.now();
    const text = await (await fetch(paced.url, { method: 'POST', body: '{"stream":true}' })).text();
    expect(Date.now() - started).toBeGreaterThanOrEqual(80);
    // The two servers may have begun in different seconds.
    expect(untimed(text)).toBe(untimed(await (await post('{"stream":true}')).text()));
    await paced.close();
  });
});
