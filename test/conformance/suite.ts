import type { Recording } from './recordings.js';

/**
 * A suite with a test for each recording, which prints how many passed by provider and API. Without recordings (they are not
 * part of the project) it is skipped. A check that answers false has seen what was expected, but it is nothing to count.
 */
export function describeRecordings(
  title: string,
  recordings: readonly Recording[],
  check: (recording: Recording) => unknown,
): void {
  describe(title, () => {
    if (recordings.length === 0) it.skip('needs the recordings', () => undefined);
    const passed = new Set<Recording>();
    afterAll(() => {
      if (recordings.length > 0) process.stdout.write(table(title, recordings, passed));
    });
    for (const recording of recordings) {
      it(recording.name, () => {
        if (check(recording) !== false) passed.add(recording);
      });
    }
  });
}

function table(title: string, recordings: readonly Recording[], passed: ReadonlySet<Recording>): string {
  const rows = new Map<string, { passed: number; total: number }>();
  for (const recording of recordings) {
    const key = `${recording.provider} | ${recording.api}${recording.isStream ? ' (stream)' : ''}`;
    const row = rows.get(key) ?? { passed: 0, total: 0 };
    rows.set(key, row);
    row.total += 1;
    if (passed.has(recording)) row.passed += 1;
  }
  const lines = [...rows].sort().map(([key, row]) => `  ${key} | ${row.passed}/${row.total}`);
  return `${title}, passed/total\n${lines.join('\n')}\n`;
}
