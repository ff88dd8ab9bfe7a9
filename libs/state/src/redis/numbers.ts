/** Numbers for keys, from 1: most calls of a moment share a few. */
export class Numbers {
  readonly keys: string[] = [];
  private readonly numbers = new Map<string, number>();

  get size(): number {
    return this.numbers.size;
  }

  /** Of the first name; the others come with it. */
  of(name: string, ...others: string[]): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.numbers.size + 1;
      this.numbers.set(name, number);
      this.keys.push(name, ...others);
    }
    return number;
  }
}
