/** Marks the ids of calls that Gemini gave none: they are not sent to it. */
const MARK = 'call_gemini_';

/** An id for a call without one; the same for the same place. */
export const madeCallId = (place: string): string => MARK + place;

export const isMadeCallId = (id: string): boolean => id.startsWith(MARK);
