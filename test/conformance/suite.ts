import type { Recording } from './recordings.js';

/** Throws for what is wrong. Gives the reasons of what could not be checked as everything else is. */
export type Check = (recording: Recording) => readonly string[];

/**
 * A suite with a test for each recording, which prints how many passed by provider and API, and with what reasons some passed in
 * part. Without recordings (they are not part of the project) it is skipped.
 */
export function describeRecordings(title: string, recordings: readonly Recording[], check: Check): void {
  describe(title, () => {
    if (recordings.length === 0) it.skip('needs the recordings', () => undefined);
    const passed = new Set<Recording>();
    const reasons = new Map<string, number>();
    afterAll(() => {
      if (recordings.length === 0) return;
      process.stdout.write(`${title}, passed/total\n${table(recordings, passed)}${listed(reasons)}`);
    });
    for (const recording of recordings) {
      it(recording.name, () => {
        for (const reason of check(recording)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        passed.add(recording);
      });
    }
  });
}

function table(recordings: readonly Recording[], passed: ReadonlySet<Recording>): string {
  const rows = new Map<string, { passed: number; total: number }>();
  const add = (key: string, isPassed: boolean): void => {
    const row = rows.get(key) ?? { passed: 0, total: 0 };
    rows.set(key, { passed: row.passed + Number(isPassed), total: row.total + 1 });
  };
  for (const recording of recordings.toSorted((left, right) => keyOf(left).localeCompare(keyOf(right))))
    add(keyOf(recording), passed.has(recording));
  for (const recording of recordings) add('all', passed.has(recording));
  return [...rows].map(([key, row]) => `  ${key} | ${row.passed}/${row.total}\n`).join('');
}

const keyOf = ({ provider, api, isStream }: Recording): string =>
  `${provider} | ${api}${isStream ? ' (stream)' : ''}`;

const listed = (reasons: ReadonlyMap<string, number>): string =>
  reasons.size === 0
    ? ''
    : `Of these not in full\n${[...reasons].map(([reason, count]) => `  ${count}: ${reason}\n`).join('')}`;
