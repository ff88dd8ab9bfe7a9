/** What is worked out of an object: once in a while as long as the object lives, not each time that somebody asks. */
export class FreshMemo<Key extends object, Value> {
  private readonly known = new WeakMap<Key, { readonly value: Value; readonly until: number }>();

  /** @param freshMs after which it is worked out anew. */
  constructor(
    private readonly make: (key: Key) => Value,
    private readonly freshMs: number,
  ) {}

  of(key: Key): Value {
    const now = Date.now();
    const found = this.known.get(key);
    if (found !== undefined && now < found.until) return found.value;
    const value = this.make(key);
    this.known.set(key, { value, until: now + this.freshMs });
    return value;
  }
}
