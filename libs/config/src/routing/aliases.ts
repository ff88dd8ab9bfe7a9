import type { GatewayConfig } from '../gateway-config.js';
import { describe, type LocatedEntry, type Place } from '../located.js';
import { Section, type ReadContext } from '../section.js';
import type { KeyOf } from '../settings.js';
import { readDeprecation } from './deprecation.js';
import type { GroupBook } from './group-book.js';

interface Alias {
  readonly model: string;
  readonly hidden: boolean;
}

interface PlacedAlias extends Alias {
  readonly path: string;
  readonly place: Place;
}

/** `model_group_alias` over `model_alias_map`: name → name, or → `{model, hidden, deprecated}`. */
export function readAliases(
  router: Section<KeyOf<'router_settings'>>,
  litellm: Section<KeyOf<'litellm_settings'>>,
  book: GroupBook,
): GatewayConfig['aliases'] {
  const aliases = new Map([
    ...placedAliases(litellm, 'model_alias_map', book),
    ...placedAliases(router, 'model_group_alias', book),
  ]);
  for (const { path, place } of inCircles(aliases)) {
    router.context.report.problem(path, place, 'leads back to itself');
  }
  return new Map([...aliases].map(([name, { model, hidden }]) => [name, { model, hidden }]));
}

/** A team's own aliases: name → name, or → `{model}`. */
export function readTeamAliases(team: Section<'model_group_alias'>): Record<string, string> {
  const aliases = placedAliases(team, 'model_group_alias', null);
  return Object.fromEntries(aliases.map(([name, { model }]) => [name, model]));
}

function placedAliases<Key extends string>(section: Section<Key>, key: Key, book: GroupBook | null) {
  return [...(section.map(key)?.entries ?? [])].flatMap(([name, entry]): [string, PlacedAlias][] => {
    const path = `${section.pathOf(key)}.${name}`;
    const { place, value } = entry;
    const alias =
      value.kind === 'map'
        ? readMapping(name, new Section(value, path, section.context), book)
        : readName(entry, path, section.context);
    if (alias === null) return [];
    section.context.mentions.add({ name: alias.model, kind: 'target', path, place });
    return [[name, { ...alias, path, place }]];
  });
}

function readName({ place, value }: LocatedEntry, path: string, { report }: ReadContext): Alias | null {
  if (value.kind === 'scalar' && value.value !== null) return { model: value.source, hidden: false };
  report.problem(path, place, `expected the name of a model, got ${describe(value)}`);
  return null;
}

function readMapping(
  name: string,
  section: Section<KeyOf<'router_settings.model_group_alias.*'>>,
  book: GroupBook | null,
): Alias | null {
  const model = section.text('model');
  const hidden = section.boolean('hidden') ?? false;
  if (book !== null && section.has('deprecated')) {
    book.add(name, 'deprecated', { value: readDeprecation(section), ...section.at('deprecated') });
  }
  section.finish(new Set());
  if (!section.has('model')) section.problem('model', 'is missing');
  return model === null ? null : { model, hidden };
}

/** Aliases that lead round to where they began, and so nowhere. */
function inCircles(aliases: ReadonlyMap<string, PlacedAlias>): PlacedAlias[] {
  return [...aliases].flatMap(([name, alias]) => {
    const seen = new Set<string>();
    let current: string | undefined = alias.model;
    while (current !== undefined && current !== name && !seen.has(current)) {
      seen.add(current);
      current = aliases.get(current)?.model;
    }
    return current === name ? [alias] : [];
  });
}
