import { FastifyAdapter } from '@nestjs/platform-fastify';
import { answerFrameworkError } from './framework-errors.js';

describe('a URL that the router refuses', () => {
  it.each([
    ['/%zz', 400],
    [`/engines/${'m'.repeat(200)}`, 414],
  ])('%s is answered in the envelope', async (url, status) => {
    const server = new FastifyAdapter({ frameworkErrors: answerFrameworkError }).getInstance();
    server.get('/engines/:model', async () => ({}));
    const address = await server.listen({ port: 0, host: '127.0.0.1' });
    const response = await fetch(`${address}${url}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      error: {
        message: 'The URL is not valid.',
        type: 'invalid_request_error',
        param: null,
        code: String(status),
      },
    });
    await server.close();
  });
});
