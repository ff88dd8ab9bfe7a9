const MAX_IDS = 10_000;
const TICKS_PER_GENERATION = 10;

/** Ids seen lately: kept for 10 to 20 ticks, in bounded memory. */
export class RecentIds {
  private young = new Set<string>();
  private old = new Set<string>();
  private ticks = 0;

  add(id: string): void {
    this.young.add(id);
    if (this.young.size >= MAX_IDS) this.age();
  }

  has(id: string): boolean {
    return this.young.has(id) || this.old.has(id);
  }

  get isEmpty(): boolean {
    return this.young.size === 0 && this.old.size === 0;
  }

  tick(): void {
    this.ticks += 1;
    if (this.ticks % TICKS_PER_GENERATION === 0) this.age();
  }

  private age(): void {
    this.old = this.young;
    this.young = new Set();
  }
}
