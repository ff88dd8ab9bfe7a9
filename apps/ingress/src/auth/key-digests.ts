import { createHash } from 'node:crypto';
import { BoundedMap } from '@tollgate/collections';
import { isKeyHash } from './key-text.js';

export interface KeyDigest {
  readonly bytes: Buffer;
  /** SHA-256 hex: the key's id. */
  readonly hash: string;
}

const CAPACITY = 10_000;

/** Digests of the keys seen lately: hashing once a key instead of once a call. */
export class KeyDigests {
  private readonly digests = new BoundedMap<string, KeyDigest>(CAPACITY);

  of(key: string): KeyDigest {
    const known = this.digests.get(key);
    if (known !== undefined) return known;
    const digest = digestOf(key);
    this.digests.set(key, digest);
    return digest;
  }
}

export function digestOf(key: string): KeyDigest {
  const bytes = createHash('sha256').update(key).digest();
  return { bytes, hash: bytes.toString('hex') };
}

/** Where an admin route takes a key, its hash will do. */
export const hashOfKey = (keyOrHash: string): string =>
  isKeyHash(keyOrHash) ? keyOrHash : digestOf(keyOrHash).hash;
