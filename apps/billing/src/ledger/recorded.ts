import type { UsageEvent } from '@tollgate/contracts';
import type { Entry } from './entry-columns.js';

/** What a batch did to the ledger. Money in nano-dollars. */
export interface Recorded {
  readonly inserted: number;
  readonly superseded: number;
  readonly duplicate: number;
  readonly byProvider: readonly ProviderShare[];
}

interface ProviderShare {
  readonly provider: string;
  readonly spendNanos: number;
  readonly unpriced: number;
}

interface Written {
  readonly fresh: readonly Entry[];
  readonly replacing: readonly { readonly entry: Entry; readonly old: Entry }[];
}

export function recordedOf({ fresh, replacing }: Written, duplicate: number): Recorded {
  const shares = new Map<string, { spendNanos: number; unpriced: number }>();
  const add = (event: UsageEvent, nanos: number): void => {
    const share = shares.get(event.provider) ?? { spendNanos: 0, unpriced: 0 };
    share.spendNanos += nanos;
    share.unpriced += isUnpriced(event) ? 1 : 0;
    shares.set(event.provider, share);
  };
  for (const { event } of fresh) add(event, event.costNanos ?? 0);
  for (const { entry, old } of replacing)
    add(entry.event, (entry.event.costNanos ?? 0) - (old.event.costNanos ?? 0));
  return {
    inserted: fresh.length,
    superseded: replacing.length,
    duplicate,
    byProvider: Array.from(shares, ([provider, share]) => ({ provider, ...share })),
  };
}

const isUnpriced = ({ costNanos, status }: UsageEvent): boolean =>
  costNanos === null && (status === 'complete' || status === 'partial');
