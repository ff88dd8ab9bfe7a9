/** How each cell of a matrix went (`-`: not tried), printed with a row for each pair. */
export class Table {
  private readonly cells = new Map<string, Map<string, string>>();

  constructor(
    private readonly title: string,
    private readonly columns: readonly string[],
  ) {}

  mark(row: string, column: string, word: string): void {
    const cells = this.cells.get(row) ?? new Map<string, string>();
    this.cells.set(row, cells.set(column, word));
  }

  print(notes: readonly string[]): void {
    const rows = [...this.cells].map(([row, cells]) => [
      row,
      ...this.columns.map((name) => cells.get(name) ?? '-'),
    ]);
    const lines = [['front × back', ...this.columns], ...rows];
    const widths = lines[0]?.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0))) ?? [];
    const written = lines.map((line) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '));
    process.stdout.write(`${[this.title, ...written, ...notes].join('\n')}\n`);
  }
}
