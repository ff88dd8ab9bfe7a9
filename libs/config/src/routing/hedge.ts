import type { HedgeSettings } from '../gateway-config.js';
import { innerSection } from '../named-sections.js';
import type { Section } from '../section.js';

const DEFAULT_MAX_SHARE = 0.05;

/** `hedge: true`, or `{ delay, max_share }`; null when there is none or it is `false`. */
export function readHedge(group: Section<'hedge'>): HedgeSettings | null {
  if (group.node.entries.get('hedge')?.value.kind === 'scalar') {
    return group.boolean('hedge') === true ? { delayMs: null, maxShare: DEFAULT_MAX_SHARE } : null;
  }
  const hedge = innerSection<'hedge'>(group, 'hedge');
  if (hedge === null) return null;
  const read: HedgeSettings = {
    delayMs: hedge.seconds('delay', { min: 0 }),
    maxShare: hedge.number('max_share', { max: 1 }) ?? DEFAULT_MAX_SHARE,
  };
  hedge.finish(new Set());
  return read;
}
