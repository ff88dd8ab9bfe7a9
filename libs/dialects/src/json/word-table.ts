/** A table that words of others are looked up in: it has what was put in and nothing else, no `constructor` either. */
export const wordTable = <Value>(rows: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> =>
  Object.assign(Object.create(null) as Record<string, Value>, rows);
