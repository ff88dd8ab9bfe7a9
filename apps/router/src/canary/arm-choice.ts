import type { CallHeader } from '@tollgate/contracts';
import { unitHash } from '../strategies/unit-hash.js';
import { stickyPart, type Arm, type Canary } from './canary-book.js';

/** Which arm a call belongs to. A user stays in an arm; raising the share moves users into the canary and none out of it. */
export function armOf(canary: Canary, header: CallHeader, random: () => number): Arm {
  const part = stickyPart(canary.settings, header);
  const point = part === undefined ? random() : unitHash(`${canary.model}\n${part}`);
  return point * 100 < canary.settings.percent ? 'canary' : 'baseline';
}
