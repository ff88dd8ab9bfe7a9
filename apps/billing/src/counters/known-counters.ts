import { Injectable } from '@nestjs/common';

const MOST_KNOWN = 20_000;

/** Counters that this process has charged or set lately: those that are worth comparing with the ledger. */
@Injectable()
export class KnownCounters {
  private readonly names = new Set<string>();

  note(names: readonly string[]): void {
    for (const name of names) {
      if (this.names.has(name)) continue;
      if (this.names.size >= MOST_KNOWN) this.forgetOldest();
      this.names.add(name);
    }
  }

  forget(name: string): void {
    this.names.delete(name);
  }

  all(): string[] {
    return [...this.names];
  }

  private forgetOldest(): void {
    for (const oldest of this.names) {
      this.names.delete(oldest);
      return;
    }
  }
}
