import { ACCEPTED_CREDENTIAL, ACCEPTED_LITELLM_PARAMS } from '../accepted-keys.js';
import type { Setting } from '../gateway-config.js';
import { openSection } from '../named-sections.js';
import { Section } from '../section.js';
import { resolveSetting } from '../setting.js';
import type { KeyOf } from '../settings.js';
import type { PROVIDER_ROWS } from '../settings/provider.settings.js';
import { readProviderSettings } from './provider-settings.js';

/** How a provider is reached; any part may be missing. */
export interface Connection {
  readonly apiKey: Setting | null;
  readonly apiBase: Setting | null;
  readonly apiVersion: Setting | null;
  readonly organization: Setting | null;
  readonly providerSettings: Readonly<Record<string, Setting>>;
}

type ConnectionKey =
  | 'api_key'
  | 'api_base'
  | 'api_version'
  | 'organization'
  | Extract<KeyOf<'model_list[].litellm_params'>, keyof typeof PROVIDER_ROWS>;

/** `credential_list` by name. */
export function readCredentials(root: Section<KeyOf<''>>): ReadonlyMap<string, Connection> {
  const credentials = new Map<string, Connection>();
  for (const [index, node] of (root.list('credential_list') ?? []).entries()) {
    const at = { path: `credential_list[${index}]`, context: root.context };
    const section = openSection<'credential_list[]'>(node, at);
    if (section === null) continue;
    const name = section.text('credential_name');
    const values = section.map('credential_values');
    section.finish(ACCEPTED_CREDENTIAL);
    if (!section.has('credential_name')) section.problem('credential_name', 'is missing');
    if (name !== null && values !== null) {
      const inner = new Section<ConnectionKey>(values, `${at.path}.credential_values`, root.context);
      credentials.set(name, readConnection(inner));
      inner.finish(ACCEPTED_LITELLM_PARAMS);
    }
  }
  return credentials;
}

/** @param options.organization false: it is not one string here, and read elsewhere. */
export function readConnection(
  section: Section<ConnectionKey>,
  { organization = true }: { readonly organization?: boolean } = {},
): Connection {
  return {
    apiKey: section.setting('api_key'),
    apiBase: readApiBase(section),
    apiVersion: section.setting('api_version'),
    organization: organization ? section.setting('organization') : null,
    providerSettings: readProviderSettings(section),
  };
}

/** The provider's address; empty is its own one, as in LiteLLM. What a URL holds is not told: it may be a password. */
function readApiBase(section: Section<ConnectionKey>): Setting | null {
  const setting = section.setting('api_base');
  const url = resolveSetting(setting, section.context.variables)?.trim();
  // NOTE a reference may be to a variable of the workers alone: they check it when they call.
  if (url === undefined) return setting;
  if (url === '') return null;
  if (!/^https?:\/\//i.test(url)) section.problem('api_base', 'must begin with http:// or https://');
  else if (!URL.canParse(url)) section.problem('api_base', 'is not a valid URL');
  return setting;
}

/** Each header stays a reference if it is one: gateways in front of providers want credentials there. */
export function readHeaders<Key extends string>(outer: Section<Key>, key: Key): Record<string, Setting> {
  const headers = outer.map(key);
  if (headers === null) return {};
  const section = new Section<string>(headers, outer.pathOf(key), outer.context);
  const entries = [...headers.entries.keys()].map((name) => [name, section.setting(name)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, Setting] => entry[1] !== null));
}
