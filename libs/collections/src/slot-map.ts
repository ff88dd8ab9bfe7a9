/**
 * A map for values that come and go all the time. A `Map` holds the place of each alone, so that its cast-off tables lead to no
 * value: see the README. Order is not kept.
 */
export class SlotMap<Key, Value extends object> {
  private readonly slotOf = new Map<Key, number>();
  private readonly slots: (Value | undefined)[] = [];
  private readonly free: number[] = [];

  get(key: Key): Value | undefined {
    const slot = this.slotOf.get(key);
    return slot === undefined ? undefined : this.slots[slot];
  }

  set(key: Key, value: Value): void {
    let slot = this.slotOf.get(key);
    if (slot === undefined) this.slotOf.set(key, (slot = this.free.pop() ?? this.slots.length));
    this.slots[slot] = value;
  }

  /** Whether there was one. */
  delete(key: Key): boolean {
    const slot = this.slotOf.get(key);
    if (slot === undefined) return false;
    this.slotOf.delete(key);
    this.slots[slot] = undefined;
    this.free.push(slot);
    return true;
  }

  clear(): void {
    this.slotOf.clear();
    this.slots.length = 0;
    this.free.length = 0;
  }

  *[Symbol.iterator](): Generator<[Key, Value]> {
    for (const [key, slot] of this.slotOf) {
      const value = this.slots[slot];
      if (value !== undefined) yield [key, value];
    }
  }

  /** A copy: values may come and go while it is gone through. */
  values(): Value[] {
    return this.slots.filter((value) => value !== undefined);
  }

  get size(): number {
    return this.slotOf.size;
  }
}
