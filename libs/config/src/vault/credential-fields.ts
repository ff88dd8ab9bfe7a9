import { referencedVariable } from '../setting.js';
import { isSealed } from './vault.js';

/** Every value in these is taken for a credential, whatever its name: gateways in front of providers want keys there. */
const HEADERS: ReadonlySet<string> = new Set(['extra_headers', 'headers']);

const SECRET_NAME =
  /(^|_)(secret|password|passphrase|credentials)(_|$)|(^|_)(api_?key|private_key|access_key|auth|authorization|token)$|^aws_/i;

/**
 * Names that only look like credentials. The region of a deployment is read by routers, which open nothing; a credential's
 * name is a reference; prices are per token.
 */
const HARMLESS_NAME = /^aws_region_name$|(^|_)cost(_|$)|_name$/i;

/** Whether a parameter of this name holds a credential. `inHeaders`: it is one of `extra_headers`. */
const isSecretName = (name: string, inHeaders: boolean): boolean =>
  inHeaders || (SECRET_NAME.test(name) && !HARMLESS_NAME.test(name));

/** A sealed value, or `https://user:password@host`: the one other place where people put credentials. */
const isSecretText = (value: unknown): boolean =>
  typeof value === 'string' && (isSealed(value) || /^[a-z][a-z+.-]*:\/\/[^/?#@]+@/i.test(value));

const isReference = (value: unknown): boolean =>
  typeof value === 'string' && referencedVariable(value) !== null;

const isNothing = (value: unknown): boolean => value === null || value === undefined || value === '';

/**
 * Copies parameters with every credential in them, at any depth, replaced by what `replace` makes of it (undefined leaves
 * it out). `field` is its path: `api_key`, `extra_headers.x-api-key`. References (`os.environ/NAME`) are no credentials.
 */
export function mapCredentials(
  params: Readonly<Record<string, unknown>>,
  replace: (value: unknown, field: string) => unknown,
): Record<string, unknown> {
  const mapObject = (object: object, path: string, inHeaders: boolean): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(object)
        .map(([name, value]) => [name, mapValue(name, value, { path: path + name, inHeaders })] as const)
        .filter(([, value]) => value !== undefined),
    );
  const mapValue = (name: string, value: unknown, at: { path: string; inHeaders: boolean }): unknown => {
    if (isNothing(value) || isReference(value)) return value;
    if (isSecretName(name, at.inHeaders) || isSecretText(value)) return replace(value, at.path);
    if (Array.isArray(value))
      return value.map((item, index) => mapValue('', item, { ...at, path: `${at.path}.${String(index)}` }));
    if (typeof value !== 'object' || value === null) return value;
    return mapObject(value, `${at.path}.`, HEADERS.has(name));
  };
  return mapObject(params, '', false);
}

/** The paths of all credentials in parameters. */
export function credentialFields(params: Readonly<Record<string, unknown>>): string[] {
  const found: string[] = [];
  mapCredentials(params, (_value, field) => void found.push(field));
  return found;
}
