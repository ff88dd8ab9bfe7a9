import { isSealed, Vault, VaultError } from './vault.js';

const SECRET = 'sk-provider-0123456789';
const PLACE = { model: 'model-1', field: 'api_key' };

describe('Vault', () => {
  const vault = new Vault('a salt key of the operator');

  it.each([SECRET, '', 'é🔑\n', 'x'.repeat(100_000)])('gives back what it sealed', (text) => {
    const sealed = vault.seal(text, PLACE);
    expect(isSealed(sealed)).toBe(true);
    expect(vault.unseal(sealed, PLACE)).toBe(text);
  });

  it('seals the same text to another value each time, and shows nothing of it', () => {
    const values = [vault.seal(SECRET, PLACE), vault.seal(SECRET, PLACE)];
    expect(values[0]).not.toBe(values[1]);
    for (const value of values) expect(Buffer.from(value, 'base64url').toString()).not.toContain('provider');
  });

  it('opens in every process that has the salt key, and in no other', () => {
    const sealed = vault.seal(SECRET, PLACE);
    expect(new Vault('a salt key of the operator').unseal(sealed, PLACE)).toBe(SECRET);
    expect(() => new Vault('another').unseal(sealed, PLACE)).toThrow(VaultError);
  });

  it.each([
    { model: 'model-2', field: 'api_key' },
    { model: 'model-1', field: 'api_base' },
    // The parts of a place cannot run into each other.
    { model: 'model-1","api_key', field: '' },
  ])('does not open at another place: $model $field', (place) => {
    expect(() => vault.unseal(vault.seal(SECRET, PLACE), place)).toThrow(VaultError);
  });

  it('notices every changed byte', () => {
    const sealed = vault.seal(SECRET, PLACE);
    const prefix = sealed.slice(0, 'sealed:v1:'.length);
    const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      expect(() => vault.unseal(prefix + changed.toString('base64url'), PLACE)).toThrow(VaultError);
    }
  });

  it.each(['', 'sealed:v1:', 'sealed:v1:AAAA', 'sealed:v2:AAAA', SECRET])('refuses %j', (text) => {
    expect(() => vault.unseal(text, PLACE)).toThrow(VaultError);
  });

  it('says which field it is, and no secret', () => {
    const attempt = (): string => new Vault('other').unseal(vault.seal(SECRET, PLACE), PLACE);
    expect(attempt).toThrow('api_key of model model-1 was sealed with another salt key, or was changed');
  });
});
