export { BoundedMap } from './bounded-map.js';
export { SlotMap } from './slot-map.js';
export { SlotSet, type SlotMember } from './slot-set.js';
