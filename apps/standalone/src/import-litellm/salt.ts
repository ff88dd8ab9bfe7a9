import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import nacl from 'tweetnacl';
import { objectOf } from './values.js';

const GCM = /^v([23]):gcm:/;
const GCM_NONCE = 12;
const GCM_TAG = 16;
const BOX_NONCE = nacl.secretbox.nonceLength;
/** A nonce and a tag, and nothing in it. */
const SHORTEST_BOX = BOX_NONCE + nacl.secretbox.overheadLength;
const HKDF_INFO = 'litellm-at-rest-v3';

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether a text looks like one that LiteLLM encrypted. */
export const isEncrypted = (text: string): boolean =>
  GCM.test(text) || (/^[\w+/-]+={0,2}$/.test(text) && boxOf(text).length > SHORTEST_BOX);

/** What was encrypted; null: not by this key. LiteLLM's key is its salt key or, without one, its master key. */
export function decrypted(text: string, saltKey: string): string | null {
  const [prefix, version] = GCM.exec(text) ?? [];
  if (prefix !== undefined) return openGcm(boxOf(text.slice(prefix.length)), gcmKey(saltKey, version));
  const box = boxOf(text);
  if (box.length < SHORTEST_BOX) return null;
  const opened = nacl.secretbox.open(box.subarray(BOX_NONCE), box.subarray(0, BOX_NONCE), sha256(saltKey));
  return opened === null ? null : Buffer.from(opened).toString('utf8');
}

/** Node reads both alphabets of base64. Copied: nacl takes no view of a pool. */
const boxOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

const gcmKey = (saltKey: string, version: string | undefined): Buffer =>
  version === '3' ? Buffer.from(hkdfSync('sha256', saltKey, '', HKDF_INFO, 32)) : sha256(saltKey);

function openGcm(box: Uint8Array, key: Buffer): string | null {
  if (box.length < GCM_NONCE + GCM_TAG) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, GCM_NONCE)).setAuthTag(
    box.subarray(-GCM_TAG),
  );
  try {
    const opened = decipher.update(box.subarray(GCM_NONCE, -GCM_TAG));
    return Buffer.concat([opened, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

export type Decryption =
  | { readonly params: Record<string, unknown> }
  | { readonly missing: 'salt key' | 'right salt key'; readonly field: string };

/** `litellm_params` with every text that is encrypted in clear. */
export function decryptedParams(params: unknown, saltKey: string | null): Decryption {
  const open: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(objectOf(params))) {
    if (typeof value !== 'string' || !isEncrypted(value)) {
      open[field] = value;
      continue;
    }
    const text = saltKey === null ? null : decrypted(value, saltKey);
    // A text that is none of LiteLLM's may look like one: a name as long as that. The model's name never does.
    if (text === null) return { missing: saltKey === null ? 'salt key' : 'right salt key', field };
    open[field] = text;
  }
  return { params: open };
}
