import { createHash } from 'node:crypto';

/** A name for bytes that tells whether they arrived as they were sent: the beginning of their SHA-256. */
export const fingerprintOf = (bytes: Buffer): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 8);
