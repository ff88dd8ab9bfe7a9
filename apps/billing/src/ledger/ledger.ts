import { Inject, Injectable } from '@nestjs/common';
import type { UsageEvent } from '@tollgate/contracts';
import { queryPrepared, toSafeInteger, type Database } from '@tollgate/database';
import { DATABASE } from '../tokens.js';
import { toLedgerJson } from './ledger-row.js';
import { RECORD_USAGE } from './ledger.sql.js';

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

interface Share {
  readonly provider: string;
  readonly inserted: number;
  readonly superseded: number;
  readonly unpriced: number;
  readonly spend_nanos: string;
}

const total = (shares: readonly Share[], of: 'inserted' | 'superseded'): number =>
  shares.reduce((sum, share) => sum + share[of], 0);

/** The ledger: each usage event once, and the spend of keys equal to their rows' sum. */
@Injectable()
export class Ledger {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** All of the events or, when it throws, none of them. Safe to repeat, and to run at once with another batch. */
  async record(events: readonly UsageEvent[]): Promise<Recorded> {
    const shares = await queryPrepared<Share>(this.database.dataSource, RECORD_USAGE, [toLedgerJson(events)]);
    const inserted = total(shares, 'inserted');
    const superseded = total(shares, 'superseded');
    return {
      inserted,
      superseded,
      duplicate: events.length - inserted - superseded,
      byProvider: shares.map((share) => ({
        provider: share.provider,
        spendNanos: toSafeInteger(share.spend_nanos),
        unpriced: share.unpriced,
      })),
    };
  }
}
