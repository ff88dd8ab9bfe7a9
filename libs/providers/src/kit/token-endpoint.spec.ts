import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GatewayError } from '@tollgate/contracts';
import { tokensOf } from './token-endpoint.js';

describe('tokens of an endpoint', () => {
  let server: Server;
  let seen: { headers: IncomingHttpHeaders; form: string }[];
  let reply: { status: number; body: string };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        seen.push({ headers: request.headers, form: Buffer.concat(parts).toString() });
        response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => {
    server.close();
  });

  beforeEach(() => {
    seen = [];
  });

  const tokens = () =>
    tokensOf({
      label: 'Acme',
      url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/token`,
      form: { grant_type: 'client_credentials', scope: 'all' },
      headers: { authorization: 'Basic eA==' },
      secrets: ['hidden'],
    });

  it('are had once for many calls, and kept', async () => {
    reply = { status: 200, body: '{"access_token":"t","expires_in":3600}' };
    const authorizer = tokens();
    const headers = await Promise.all([authorizer.headersFor(), authorizer.headersFor()]);
    expect(headers).toEqual([{ authorization: 'Bearer t' }, { authorization: 'Bearer t' }]);
    expect(await authorizer.headersFor()).toEqual({ authorization: 'Bearer t' });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      form: 'grant_type=client_credentials&scope=all',
      headers: {
        authorization: 'Basic eA==',
        'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      },
    });
    expect(authorizer.secrets).toEqual(['hidden', 't']);
  });

  it('are had anew when they end', async () => {
    reply = { status: 200, body: '{"access_token":"t","expires_in":0}' };
    const authorizer = tokens();
    await authorizer.headersFor();
    await authorizer.headersFor();
    expect(seen).toHaveLength(2);
  });

  it.each([
    [401, '{"error":"wrong hidden"}', 'status 401'],
    [200, '{}', 'no token'],
    [200, 'oops', 'no token'],
  ])('tell why there are none: %i %s', async (status, body, reason) => {
    reply = { status, body };
    const error = (await tokens()
      .headersFor()
      .catch((cause: unknown) => cause)) as GatewayError;
    expect(error.code).toBe('upstream_authentication');
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain('hidden');
  });
});
