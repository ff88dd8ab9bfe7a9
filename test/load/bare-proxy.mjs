// The least a gateway can be in this language: Fastify in, undici out, no opinion. Usage: bare-proxy.mjs <upstream>
import Fastify from 'fastify';
import { Pool } from 'undici';

const upstream = new Pool(process.argv[2], { connections: 2048 });
const app = Fastify({ bodyLimit: 100_000_000 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

app.post('/*', async (request, reply) => {
  const { statusCode, headers, body } = await upstream.request({
    method: 'POST',
    path: request.url,
    headers: { 'content-type': 'application/json', authorization: request.headers.authorization ?? '' },
    body: request.body,
  });
  return reply.code(statusCode).header('content-type', headers['content-type']).send(body);
});

await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify({ event: 'app.listening', port: app.server.address().port })}\n`);
