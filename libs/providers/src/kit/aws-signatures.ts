import type { AwsKeys, AwsKeySource } from '../catalogue/aws-credentials.js';
import type { Authorizer } from './authorizer.js';
import type { UpstreamRequest } from './exchange.js';
import { upstreamError } from './upstream-error.js';

export interface SignedService {
  readonly label: string;
  /** AWS's name of it: part of what is signed. */
  readonly service: string;
  readonly region: string;
}

/** Keys are had anew so long before they end. */
const RENEWAL_MS = 5 * 60_000;

const loadSigning = () => Promise.all([import('@aws-crypto/sha256-js'), import('@smithy/signature-v4')]);

/** Loaded for the first request to AWS, and not in a worker that serves others. */
let signing: ReturnType<typeof loadSigning> | undefined;

/** Signs each request with AWS's Signature Version 4. Calls that come while keys are fetched wait for those. */
export class AwsSignatures implements Authorizer {
  private keys: AwsKeys | null = null;
  private fetching: Promise<AwsKeys> | null = null;

  constructor(
    private readonly target: SignedService,
    private readonly source: AwsKeySource,
  ) {}

  get secrets(): readonly string[] {
    const { secretAccessKey, sessionToken } = this.keys ?? {};
    return [secretAccessKey, sessionToken].filter((secret) => secret !== undefined);
  }

  async headersFor(request: UpstreamRequest): Promise<Readonly<Record<string, string>>> {
    const { service, region } = this.target;
    const [[{ Sha256 }, { SignatureV4 }], credentials] = await Promise.all([
      (signing ??= loadSigning()),
      this.current(),
    ]);
    const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
    const { headers } = await signer.sign(signable(request));
    const added = Object.entries(headers).filter(([name]) => ADDED.test(name));
    return Object.fromEntries(added.map(([name, value]) => [name.toLowerCase(), value]));
  }

  private async current(): Promise<AwsKeys> {
    const { keys } = this;
    const isFresh = keys !== null && (keys.expiration?.getTime() ?? Infinity) > Date.now() + RENEWAL_MS;
    if (isFresh) return keys;
    this.fetching ??= this.fetch().finally(() => {
      this.fetching = null;
    });
    return this.fetching;
  }

  private async fetch(): Promise<AwsKeys> {
    try {
      return (this.keys = await this.source());
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const { secrets } = this;
      const { label } = this.target;
      const text = `No credentials could be had: ${reason}`;
      throw upstreamError('upstream_authentication', 'AuthenticationError', text, { label, secrets, cause });
    }
  }
}

/** What signing adds. The rest was there, and is not repeated. */
const ADDED = /^(?:authorization|x-amz-.*)$/i;

function signable({ origin, path, method = 'POST', headers, body }: UpstreamRequest) {
  const url = new URL(origin + path);
  const typeAt = headers.indexOf('content-type');
  return {
    ...{ method, protocol: url.protocol, hostname: url.hostname, path: url.pathname, body },
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, ...(typeAt >= 0 && { 'content-type': headers[typeAt + 1] ?? '' }) },
  };
}
