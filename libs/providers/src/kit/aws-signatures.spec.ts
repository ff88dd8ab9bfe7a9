import { createHash, createHmac } from 'node:crypto';
import type { GatewayError } from '@tollgate/contracts';
import type { AwsKeys } from '../catalogue/aws-credentials.js';
import { AwsSignatures } from './aws-signatures.js';

const SERVICE = { label: 'Bedrock', service: 'bedrock', region: 'eu-west-1' };
const HOUR = 3_600_000;

const request = {
  origin: 'https://bedrock-runtime.eu-west-1.amazonaws.com',
  path: '/model/a.b-v1%3A0/converse',
  headers: ['content-type', 'application/json', 'user-agent', 'x'],
  body: Buffer.from('{"messages":[]}'),
};

const keys = (more: Partial<AwsKeys> = {}): AwsKeys => ({
  accessKeyId: 'AKID',
  secretAccessKey: 'very-secret',
  ...more,
});

const hash = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Signature Version 4 as AWS describes it, worked out a second time. The path is escaped once more. */
function signatureOf(headers: Readonly<Record<string, string>>, signed: string): string {
  const { host } = new URL(request.origin);
  const all: Readonly<Record<string, string>> = { host, 'content-type': 'application/json', ...headers };
  const lines = signed.split(';').map((name) => `${name}:${all[name] ?? ''}\n`);
  const path = request.path.replaceAll('%', '%25');
  const canonical = ['POST', path, '', lines.join(''), signed, hash(request.body)].join('\n');
  const at = headers['x-amz-date'] ?? '';
  const scope = `${at.slice(0, 8)}/eu-west-1/bedrock/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>(hmac, 'AWS4very-secret');
  return hmac(key, `AWS4-HMAC-SHA256\n${at}\n${scope}\n${hash(canonical)}`).toString('hex');
}

describe('AwsSignatures', () => {
  it('signs as AWS describes it, with the token of a session', async () => {
    const signatures = new AwsSignatures(SERVICE, () => Promise.resolve(keys({ sessionToken: 'session' })));
    const headers = await signatures.headersFor(request);
    const [, signed = '', signature] =
      /SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(headers['authorization'] ?? '') ?? [];
    expect(signed.split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token']));
    expect(headers['x-amz-security-token']).toBe('session');
    expect(signature).toBe(signatureOf(headers, signed));
    expect(signatures.secrets).toEqual(['very-secret', 'session']);
  });

  it('fetches keys once for many calls, and anew before they end', async () => {
    let fetched = 0;
    let lifeMs = HOUR;
    const signatures = new AwsSignatures(SERVICE, () => {
      fetched += 1;
      return Promise.resolve(keys({ expiration: new Date(Date.now() + lifeMs) }));
    });
    lifeMs = 60_000;
    await Promise.all([signatures.headersFor(request), signatures.headersFor(request)]);
    expect(fetched).toBe(1);
    lifeMs = HOUR;
    await signatures.headersFor(request);
    await signatures.headersFor(request);
    expect(fetched).toBe(2);
  });

  it('tells why there are no keys, without those it had, and tries again', async () => {
    let isBroken = false;
    const signatures = new AwsSignatures(SERVICE, () =>
      isBroken
        ? Promise.reject(new Error('role refused very-secret'))
        : Promise.resolve(keys({ expiration: new Date() })),
    );
    await signatures.headersFor(request);
    isBroken = true;
    const error = (await signatures.headersFor(request).catch((cause: unknown) => cause)) as GatewayError;
    expect(error.code).toBe('upstream_authentication');
    expect(error.message).toContain('role refused');
    expect(error.message).not.toContain('very-secret');
    isBroken = false;
    expect((await signatures.headersFor(request))['authorization']).toContain('AKID');
  });
});
