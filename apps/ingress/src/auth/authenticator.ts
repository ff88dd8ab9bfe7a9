import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, LiveConfig, resolveSetting, type Environment } from '@tollgate/config';
import { expiredKey, malformedKey, noKey, unknownKey } from './auth-errors.js';
import { masterCaller, type Caller } from './caller.js';
import { KeyCache } from './key-cache.js';
import { blockedKey } from './scope-checks.js';
import { KeyDigests, digestOf, type KeyDigest } from './key-digests.js';
import { MAX_KEY_LENGTH, presentedKey } from './key-text.js';

/** Turns the headers of a request into its caller. */
@Injectable()
export class Authenticator {
  private readonly digests = new KeyDigests();
  private ownHeader: string | null = null;
  private readonly master: { readonly digest: KeyDigest; readonly caller: Caller } | null;

  /** The master key is that of the start: another one needs a restart. */
  constructor(
    config: LiveConfig,
    @Inject(ENVIRONMENT) environment: Environment,
    private readonly keys: KeyCache,
  ) {
    config.follow(({ general }) => {
      this.ownHeader = general.keyHeaderName?.toLowerCase() ?? null;
    });
    const masterKey = resolveSetting(config.current.general.masterKey, environment.variables);
    const digest = masterKey === null ? null : digestOf(masterKey);
    this.master = digest === null ? null : { digest, caller: masterCaller(digest.hash) };
  }

  /** By its hash. It stands in the config and cannot be a key of the database as well: nobody could be it. */
  isMaster(hash: string): boolean {
    return hash === this.master?.digest.hash;
  }

  /** Answers at once when the key is known. Throws or rejects with the errors of `auth-errors.ts`. */
  authenticate(headers: IncomingHttpHeaders): Caller | Promise<Caller> {
    const key = presentedKey(headers, this.ownHeader);
    if (key === null) throw noKey();
    if (key.length > MAX_KEY_LENGTH) throw malformedKey(key);
    const digest = this.digests.of(key);
    if (this.master !== null && timingSafeEqual(digest.bytes, this.master.digest.bytes))
      return this.master.caller;
    if (!key.startsWith('sk-')) throw malformedKey(key);
    const found = this.keys.find(digest.hash);
    return found instanceof Promise
      ? found.then((caller) => valid(caller, key, digest))
      : valid(found, key, digest);
  }
}

function valid(caller: Caller | null, key: string, digest: KeyDigest): Caller {
  if (caller === null) throw unknownKey(key, digest.hash);
  if (caller.key?.blocked === true) throw blockedKey();
  const expiresAt = caller.key?.expiresAt ?? null;
  if (expiresAt === null) return caller;
  const now = Date.now();
  if (expiresAt <= now) throw expiredKey(key, expiresAt, now);
  return caller;
}
