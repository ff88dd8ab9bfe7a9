import { Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import type { ScopeRecord } from '@tollgate/contracts';
import type { Caller } from '../auth/caller.js';
import { LimitBook, type CallLimits } from './call-limits.js';
import { Priorities } from './priorities.js';

/** What binds a call, by its scopes' records and by the config. */
@Injectable()
export class CallLimitBooks {
  private book!: LimitBook;
  private priorities!: Priorities;

  constructor(config: LiveConfig) {
    config.follow((current) => {
      this.book = new LimitBook(current.general.timeZone);
      this.priorities = new Priorities(current);
    });
  }

  /** `model`: the name that was asked for, after the caller's own aliases. `now`: epoch ms. */
  of(records: readonly ScopeRecord[], model: string, caller: Caller, now: number): CallLimits {
    const limits = this.book.of(records, model, now);
    limits.scopes.push(...this.priorities.scopesOf(model, caller));
    return limits;
  }
}
