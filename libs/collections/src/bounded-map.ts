/**
 * The entries that were used last: at least `capacity` of them, at most twice as many. When the young generation is full the old
 * one goes as a whole, but for what was asked for in the meantime (a `Map` that forgets its oldest entry again and again grows slow).
 */
export class BoundedMap<Key, Value> {
  private young = new Map<Key, Value>();
  private old = new Map<Key, Value>();

  constructor(private readonly capacity: number) {}

  get(key: Key): Value | undefined {
    const value = this.young.get(key);
    if (value !== undefined) return value;
    const older = this.old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: Key, value: Value): void {
    if (this.young.size >= this.capacity && !this.young.has(key)) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }

  delete(key: Key): void {
    this.young.delete(key);
    this.old.delete(key);
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
  }

  /** Of both generations; what is in both counts twice. */
  get size(): number {
    return this.young.size + this.old.size;
  }
}
