/** Since when Redis counts without a gap. */
export const COUNTING = 'counting';
/** The calls that hold or owe, by the end of their lease. */
export const HOLDS = 'holds';
/** What the keys of calls' money begin with. */
export const CALL = 'money:';

export const callKey = (callId: string): string => `${CALL}${callId}`;

export const budgetKey = (counter: string): string => `budget:${counter}`;
