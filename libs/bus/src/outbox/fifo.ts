/** A queue whose ends cost the same however long it is. */
export class Fifo<Item> {
  private items: (Item | undefined)[] = [];
  private first = 0;

  get size(): number {
    return this.items.length - this.first;
  }

  push(item: Item): void {
    this.items.push(item);
  }

  peek(): Item | undefined {
    return this.items[this.first];
  }

  shift(): Item | undefined {
    const item = this.items[this.first];
    if (item === undefined) return undefined;
    this.items[this.first++] = undefined;
    if (this.first > 1024 && this.first * 2 > this.items.length) this.compact();
    return item;
  }

  /** Puts items back at the front, in their order. */
  unshift(items: readonly Item[]): void {
    this.items = [...items, ...this.items.slice(this.first)];
    this.first = 0;
  }

  private compact(): void {
    this.items = this.items.slice(this.first);
    this.first = 0;
  }
}
