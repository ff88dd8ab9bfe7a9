import { ConfigError, resolveSetting, type Environment, type Setting } from '@tollgate/config';
import { ownSecret } from './own-secret.js';

/** Where the master key comes from, for who tells a person how to use it. */
export type MasterKeyOrigin =
  | { readonly kind: 'own'; readonly file: string; readonly isNew: boolean }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'config' };

export interface MasterKey {
  readonly key: Setting;
  readonly origin: MasterKeyOrigin;
}

/**
 * The master key that was given, or that an embedded gateway makes for itself. Throws a `ConfigError` where a distributed
 * one has none.
 */
export async function masterKeyOf(
  given: Setting | null,
  { mode, dataDirectory, variables }: Environment,
): Promise<MasterKey> {
  if (given !== null) {
    const text = resolveSetting(given, variables);
    const name = Object.keys(variables).find((candidate) => variables[candidate] === text);
    return { key: given, origin: name === undefined ? { kind: 'config' } : { kind: 'variable', name } };
  }
  if (mode === 'distributed')
    throw new ConfigError([
      'general_settings.master_key is missing: set it, or TOLLGATE_MASTER_KEY, to sk- and at least 16 characters',
    ]);
  const { text, ...own } = await ownSecret(dataDirectory, 'master-key', 'sk-');
  return { key: text, origin: { kind: 'own', ...own } };
}
