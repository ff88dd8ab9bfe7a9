import type { TextCache } from '@tollgate/state';
import { TenantIndex } from './tenant-index.js';

/** Numbers of four bytes that are held in all. */
const MOST_NUMBERS = 32 * 1024 * 1024;

/** The indexes of the tenants that asked last; what is forgotten is read again when they ask again. */
export class TenantIndexes {
  private readonly indexes = new Map<string, TenantIndex>();

  constructor(
    private readonly cache: TextCache,
    private readonly mostNumbers = MOST_NUMBERS,
  ) {}

  of(list: string): TenantIndex {
    const index = this.indexes.get(list) ?? new TenantIndex(this.cache, list);
    this.indexes.delete(list);
    this.indexes.set(list, index);
    this.makeRoom();
    return index;
  }

  private makeRoom(): void {
    let numbers = 0;
    for (const { size } of this.indexes.values()) numbers += size;
    for (const [list, { size }] of this.indexes) {
      if (numbers <= this.mostNumbers || this.indexes.size === 1) return;
      this.indexes.delete(list);
      numbers -= size;
    }
  }
}
