import type { GatewayConfig } from './gateway-config.js';
import type { GroupNames } from './group-names.js';
import { describe, type LocatedEntry } from './located.js';
import { Section, type ReadContext } from './section.js';
import type { KeyOf } from './settings.js';

interface Alias {
  readonly model: string;
  readonly hidden: boolean;
}

/** An alias and where it stands, so that it can be checked when every name is known. */
interface PlacedAlias extends Alias {
  readonly path: string;
  readonly entry: LocatedEntry;
}

/** `model_group_alias` over `model_alias_map`: name → name, or → `{model, hidden}`. */
export function readAliases(
  router: Section<KeyOf<'router_settings'>>,
  litellm: Section<KeyOf<'litellm_settings'>>,
): ReadonlyMap<string, PlacedAlias> {
  return new Map([
    ...placedAliases(litellm, 'model_alias_map'),
    ...placedAliases(router, 'model_group_alias'),
  ]);
}

function placedAliases<Key extends string>(section: Section<Key>, key: Key): [string, PlacedAlias][] {
  return [...(section.map(key)?.entries ?? [])].flatMap(([name, entry]) => {
    const path = `${section.pathOf(key)}.${name}`;
    const alias = readAlias(entry, path, section.context);
    return alias === null ? [] : [[name, { ...alias, path, entry }]];
  });
}

function readAlias({ place, value }: LocatedEntry, path: string, context: ReadContext): Alias | null {
  if (value.kind === 'scalar' && value.value !== null) return { model: value.source, hidden: false };
  if (value.kind !== 'map') {
    context.report.problem(path, place, `expected the name of a model, got ${describe(value)}`);
    return null;
  }
  const section = new Section<'model' | 'hidden'>(value, path, context);
  const model = section.text('model');
  const hidden = section.boolean('hidden') ?? false;
  section.finish(new Set());
  if (model === null) section.problem('model', 'is missing');
  return model === null ? null : { model, hidden };
}

/** Reports aliases that lead nowhere: every call to them would fail. */
export function checkAliases(
  aliases: ReadonlyMap<string, PlacedAlias>,
  names: GroupNames,
  { report }: ReadContext,
): GatewayConfig['aliases'] {
  for (const { model, path, entry } of aliases.values()) {
    if (!names.has(model)) report.problem(path, entry.place, names.missing(model));
  }
  return new Map([...aliases].map(([name, { model, hidden }]) => [name, { model, hidden }]));
}
