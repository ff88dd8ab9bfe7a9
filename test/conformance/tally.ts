import type { Recording } from './recordings.js';

/** Counts recordings by provider and prints them as a table. */
export class Tally {
  private readonly rows = new Map<string, { total: number; passed: number }>();

  constructor(private readonly title: string) {}

  /** Runs the check of one recording; its failure goes on to the test. */
  check(recording: Recording, check: () => void): void {
    const key = `${recording.provider} | ${recording.api}${recording.isStream ? ' (stream)' : ''}`;
    const row = this.rows.get(key) ?? { total: 0, passed: 0 };
    this.rows.set(key, row);
    row.total += 1;
    check();
    row.passed += 1;
  }

  print(): void {
    const lines = [...this.rows].sort().map(([key, { passed, total }]) => `  ${key} | ${passed}/${total}`);
    process.stdout.write(`${this.title}\n${lines.join('\n')}\n`);
  }
}
