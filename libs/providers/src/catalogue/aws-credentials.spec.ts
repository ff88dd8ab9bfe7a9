import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awsKeysOf } from './aws-credentials.js';

const ROLE = 'arn:aws:iam::123456789012:role/caller';

const answerTo = (action: string): string => `
  <${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>
    <Credentials>
      <AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>temporary</SecretAccessKey>
      <SessionToken>session</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>
    </Credentials>
    <AssumedRoleUser><AssumedRoleId>A:b</AssumedRoleId><Arn>${ROLE}</Arn></AssumedRoleUser>
  </${action}Result></${action}Response>`;

describe('keys of AWS', () => {
  let server: Server;
  let seen: URLSearchParams;
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-aws-'));

  beforeAll(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        seen = new URLSearchParams(Buffer.concat(parts).toString());
        response.writeHead(200, { 'content-type': 'text/xml' }).end(answerTo(seen.get('Action') ?? ''));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const keysOf = (more: Readonly<Record<string, string>>) => {
    const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const settings = { apiKey: null, apiBase: null, apiVersion: null, organization: null };
    return awsKeysOf({ ...settings, more: { aws_sts_endpoint: endpoint, ...more } })();
  };

  const TEMPORARY = { accessKeyId: 'ASIA', secretAccessKey: 'temporary', sessionToken: 'session' };
  const own = { aws_access_key_id: 'AKID', aws_secret_access_key: 'secret' };

  it('are the deployment’s own', async () => {
    expect(await keysOf({ ...own, aws_session_token: 'token' })).toEqual({
      accessKeyId: 'AKID',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
  });

  it('are those of a role, which the deployment’s own keys assume', async () => {
    const role = { aws_role_name: ROLE, aws_session_name: 'me', aws_external_id: 'x' };
    expect(await keysOf({ ...own, ...role })).toMatchObject(TEMPORARY);
    expect(Object.fromEntries(seen)).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: ROLE,
      RoleSessionName: 'me',
      ExternalId: 'x',
    });
  });

  it('are those of a role for whom a web identity token speaks, given or in a file', async () => {
    const path = join(folder, 'token');
    writeFileSync(path, 'jwt-of-file\n');
    for (const [identity, token] of [
      ['jwt', 'jwt'],
      [path, 'jwt-of-file'],
    ] as const) {
      expect(await keysOf({ aws_role_name: ROLE, aws_web_identity_token: identity })).toMatchObject(
        TEMPORARY,
      );
      expect(Object.fromEntries(seen)).toMatchObject({
        Action: 'AssumeRoleWithWebIdentity',
        WebIdentityToken: token,
      });
    }
  });

  it('are those of a profile', async () => {
    const path = join(folder, 'credentials');
    writeFileSync(path, '[team]\naws_access_key_id = PROFILE\naws_secret_access_key = kept\n');
    const before = process.env['AWS_SHARED_CREDENTIALS_FILE'];
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = path;
    try {
      expect(await keysOf({ aws_profile_name: 'team' })).toMatchObject({ accessKeyId: 'PROFILE' });
    } finally {
      if (before === undefined) delete process.env['AWS_SHARED_CREDENTIALS_FILE'];
      else process.env['AWS_SHARED_CREDENTIALS_FILE'] = before;
    }
  });
});
