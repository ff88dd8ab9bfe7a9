import { Inject, Injectable } from '@nestjs/common';
import type { ScopeRef } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import { DATABASE } from '../../tokens.js';
import type { ActiveScopes } from './budget-sources.js';

/** By kind and id, so that a page begins where the last one ended. */
const PAGE = `
  select kind, id from (
    select kind, id from spend_total where last_active_at >= $1
    union all
    select 'key', hash from virtual_key where last_active_at >= $1 and deleted_at is null
  ) as active
  where (kind, id) > ($2, $3) order by kind, id limit $4`;

/** The scopes that calls were booked for. */
@Injectable()
export class SpendingScopes implements ActiveScopes {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  page(since: number, after: ScopeRef | null, limit: number): Promise<ScopeRef[]> {
    return this.database.dataSource.query<ScopeRef[]>(PAGE, [
      since,
      after?.kind ?? '',
      after?.id ?? '',
      limit,
    ]);
  }
}
