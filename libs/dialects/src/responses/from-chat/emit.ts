import type { Json } from '../../json/json.js';

/** Writes an event. */
export type Emit = (type: string, fields: Json) => void;
