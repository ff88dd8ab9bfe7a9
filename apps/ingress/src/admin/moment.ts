import type { LiveConfig } from '@tollgate/config';

/** When and where an answer is made: budget windows depend on both. */
export interface Moment {
  readonly now: number;
  readonly timeZone: string;
}

export const momentOf = (live: LiveConfig): Moment => ({
  now: Date.now(),
  timeZone: live.current.general.timeZone,
});
