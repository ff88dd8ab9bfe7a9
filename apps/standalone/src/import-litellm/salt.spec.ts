import { boxed, gcm } from './_litellm-database.js';
import { decrypted, decryptedParams, isEncrypted } from './salt.js';

/** "sk-from-python" under "sk-salt", by PyNaCl and by Python's cryptography. */
const FROM_PYTHON = [
  'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXNfGmRSdZvQEILWafn_JlUDisBLlC4XIGVhur4VO_',
  'v3:gcm:AAECAwQFBgcICQoLoQQDtdGrm6RQA6ez2hl3zcDMS4okDcD2SR1LuS0m',
];

describe('what LiteLLM encrypts', () => {
  it.each([
    ['a secret box', boxed],
    ['AES-GCM', gcm],
  ])('is opened with its salt key alone: %s', (_name, encrypt) => {
    const text = encrypt('sk-secret-ü', 'sk-salt');
    expect(isEncrypted(text)).toBe(true);
    expect(decrypted(text, 'sk-salt')).toBe('sk-secret-ü');
    expect(decrypted(text, 'sk-other')).toBeNull();
  });

  it.each(FROM_PYTHON)('is opened when Python made it: %s', (text) => {
    expect(decrypted(text, 'sk-salt')).toBe('sk-from-python');
  });

  it.each(['openai/gpt-4o', 'gpt-4o-mini', 'https://example.com/v1', 'os.environ/OPENAI_API_KEY', ''])(
    'is told from plain text: %s',
    (text) => expect(isEncrypted(text)).toBe(false),
  );

  it('is opened field by field, and what is not encrypted is left', () => {
    const params = { model: boxed('openai/gpt-4o', 'salt'), rpm: 6, api_base: 'https://example.com' };
    expect(decryptedParams(params, 'salt')).toEqual({
      params: { model: 'openai/gpt-4o', rpm: 6, api_base: 'https://example.com' },
    });
    expect(decryptedParams(params, null)).toEqual({ missing: 'salt key', field: 'model' });
    expect(decryptedParams(params, 'other')).toEqual({ missing: 'right salt key', field: 'model' });
  });
});
