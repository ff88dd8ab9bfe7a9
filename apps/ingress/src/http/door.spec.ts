import { once } from 'node:events';
import { connect } from 'node:net';
import { metricsText } from '@tollgate/observability';
import { CHAT, errorOf, startIngress, type Harness } from '../_harness.js';

let ingress: Harness;
beforeAll(async () => {
  ingress = await startIngress();
});
afterAll(() => ingress.close());

async function raw(text: string): Promise<string> {
  const { port, hostname } = new URL(ingress.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

describe('the door', () => {
  it('answers at its root, to GET and HEAD', async () => {
    const response = await fetch(ingress.url);
    expect(await response.json()).toMatchObject({ name: 'tollgate' });
    expect((await fetch(ingress.url, { method: 'HEAD' })).status).toBe(200);
  });

  it('answers an unknown path in the envelope, echoing nothing of it', async () => {
    const error = await errorOf(await ingress.post('/v1/nothing?key=sk-secret', {}));
    expect(error).toMatchObject({ status: 404, type: 'not_found_error', code: '404' });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('tells a wrong method from an unknown path', async () => {
    const response = await ingress.get('/v1/chat/completions');
    expect(response.headers.get('allow')).toBe('POST');
    expect(await errorOf(response)).toMatchObject({ status: 405, type: 'invalid_request_error' });
    expect((await ingress.post('/openai/deployments/x/chat/completions', CHAT)).status).toBe(200);
    expect((await ingress.get('/engines/x/chat/completions')).status).toBe(405);
  });

  it('knows no path with nothing where a model should be', async () => {
    const error = await errorOf(await ingress.post('/openai/deployments//chat/completions', CHAT));
    expect(error).toMatchObject({ status: 404, type: 'not_found_error' });
  });

  it('refuses headers without measure, and what is no HTTP', async () => {
    const huge = await raw(`GET / HTTP/1.1\r\nhost: x\r\nx-padding: ${'x'.repeat(100_000)}\r\n\r\n`);
    expect(huge).toMatch(/^HTTP\/1\.1 431 /);
    expect(huge).toContain('"type":"invalid_request_error"');
    expect(await raw('HELLO\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('counts requests by declared route and configured model', async () => {
    await (await ingress.post('/v1/chat/completions', CHAT)).text();
    await (await ingress.post('/v1/chat/completions', { ...CHAT, model: 'made-up-by-a-client' })).text();
    const text = await metricsText();
    expect(text).toMatch(
      /tollgate_ingress_requests_total\{route="\/v1\/chat\/completions",status="2xx",model="chat-default"\}/,
    );
    expect(text).toContain('model="other"');
    expect(text).not.toContain('made-up-by-a-client');
  });
});

it('a connection that no request came on does not keep the gateway from ending', async () => {
  const gateway = await startIngress();
  const { port, hostname } = new URL(gateway.url);
  const accepted = once(gateway.app.getHttpServer(), 'connection');
  const socket = connect(Number(port), hostname);
  const closed = once(socket, 'close');
  socket.on('error', () => undefined).resume();
  await accepted;
  await Promise.all([gateway.close(), closed]);
});
