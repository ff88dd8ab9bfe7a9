import type { Deprecation } from '../gateway-config.js';
import { innerSection } from '../named-sections.js';
import type { Section } from '../section.js';

const ISO = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** `deprecated: { since, sunset, use }`; null when there is none. */
export function readDeprecation(group: Section<'deprecated'>): Deprecation | null {
  const section = innerSection<'deprecated'>(group, 'deprecated');
  if (section === null) return null;
  const [since, sunset] = [readDate(section, 'since'), readDate(section, 'sunset')];
  const use = section.modelName('use', { orDeployment: false });
  section.finish(new Set());
  if (since !== null && sunset !== null && sunset < since) section.problem('sunset', 'is before since');
  return { since, sunset, use };
}

function readDate<Key extends string>(section: Section<Key>, key: Key): number | null {
  const text = section.text(key);
  if (text === null) return null;
  const time = parseDate(text);
  if (time === null) section.problem(key, `expected a date such as 2026-10-31, got ${JSON.stringify(text)}`);
  return time;
}

/** Epoch milliseconds of an ISO date or time, UTC where it names no zone; null when it is neither. */
function parseDate(text: string): number | null {
  const match = ISO.exec(text.trim());
  if (match === null) return null;
  const [written, day = '', time, zone] = match;
  // NOTE the engine takes the 31st of February for a day in March.
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return null;
  const at = Date.parse(time === undefined || zone !== undefined ? written : `${written}Z`);
  return Number.isNaN(at) ? null : at;
}
