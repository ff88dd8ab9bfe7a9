import type { Setting } from '../gateway-config.js';
import type { Section } from '../section.js';
import { PROVIDER_ROWS } from '../settings/provider.settings.js';

type ProviderKey = keyof typeof PROVIDER_ROWS;

/** Parameters that some providers need beside key, base and version, by LiteLLM's names; only those that are given. */
export function readProviderSettings(params: Section<ProviderKey>): Readonly<Record<string, Setting>> {
  const settings: Record<string, Setting> = {};
  for (const name of Object.keys(PROVIDER_ROWS) as ProviderKey[]) {
    const setting = readOne(params, name);
    if (setting !== null) settings[name] = setting;
  }
  return settings;
}

/** A service account may stand in the file as it was downloaded: an object, kept as its JSON. */
function readOne(params: Section<ProviderKey>, name: ProviderKey): Setting | null {
  const isObject = params.node.entries.get(name)?.value.kind === 'map';
  if (!isObject) return params.setting(name);
  const value = params.map(name);
  return value === null ? null : JSON.stringify(params.plain(value, params.pathOf(name)));
}
