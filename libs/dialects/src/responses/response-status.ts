import type { Json } from '../json/json.js';

const UNDER_WAY: ReadonlySet<unknown> = new Set(['queued', 'in_progress']);

/** Whether a response goes on (`background`): it is not the whole answer yet. */
export const isResponseUnderWay = ({ status }: Json): boolean => UNDER_WAY.has(status);
