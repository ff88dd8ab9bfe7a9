import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';

/** Where a sealed value belongs. It opens there alone: a key that was copied to another model or field is worthless. */
export interface SealedPlace {
  /** The deployment's id. */
  readonly model: string;
  /** The field of `litellm_params`: `api_key`, or `extra_headers.x-api-key`. */
  readonly field: string;
}

/** A sealed value cannot be opened: another salt key, another place, or it was changed. Its message holds no secret. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
}

const PREFIX = 'sealed:v1:';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The same salt key must give the same key in every process: what is random is in each value's nonce. */
const DERIVATION_SALT = 'tollgate/vault/v1';

/** Whether a setting's text is a sealed value. */
export const isSealed = (text: string): boolean => text.startsWith(PREFIX);

/**
 * Credentials at rest: AES-256-GCM under a key derived from the salt key (`TOLLGATE_SALT_KEY`), the value's place being
 * authenticated with it. A value is `sealed:v1:` and the base64url of nonce, ciphertext and tag.
 */
export class Vault {
  private derived: Buffer | undefined;

  constructor(private readonly saltKey: string) {}

  seal(text: string, place: SealedPlace): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(addressOf(place));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return PREFIX + sealed.toString('base64url');
  }

  /** Throws a `VaultError`. */
  unseal(sealed: string, place: SealedPlace): string {
    const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
    if (!isSealed(sealed) || bytes.length < NONCE_BYTES + TAG_BYTES) throw refused(place);
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, NONCE_BYTES))
      .setAAD(addressOf(place))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const opened = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([opened, decipher.final()]).toString('utf8');
    } catch (cause) {
      throw refused(place, cause);
    }
  }

  /** Derived at the first use: most processes never open anything, and scrypt is slow by design (people choose the salt key). */
  private get key(): Buffer {
    this.derived ??= scryptSync(this.saltKey, DERIVATION_SALT, 32);
    return this.derived;
  }
}

const addressOf = ({ model, field }: SealedPlace): Buffer =>
  Buffer.from(JSON.stringify([PREFIX, model, field]));

const refused = ({ model, field }: SealedPlace, cause?: unknown): VaultError =>
  new VaultError(`${field} of model ${model} was sealed with another salt key, or was changed`, { cause });
