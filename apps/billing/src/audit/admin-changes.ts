import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import {
  alertRaised,
  keyChanged,
  scopeName,
  scopesChanged,
  type Actor,
  type AuditRecord,
  type ScopeRef,
} from '@tollgate/contracts';
import { guardDatabase, type Database } from '@tollgate/database';
import type { EntityManager } from 'typeorm';
import { alertLost } from './audit-events.js';
import { DATABASE } from '../tokens.js';
import { alertsOf } from './admin-alerts.js';
import { appendAudit, type AuditedChange } from './audit-log.js';

/** More are told as "all": a message has a size. */
const MAX_SCOPES = 1_000;

/** What a transaction changes, noted as it goes. */
export class Changes {
  readonly audited: AuditedChange[] = [];
  /** Hashes whose records ingress must forget. */
  readonly keys = new Set<string>();
  private readonly scopesByName = new Map<string, ScopeRef>();
  /** Every scope record may be another one now. */
  allScopes = false;

  audit(change: AuditedChange): void {
    this.audited.push(change);
  }

  touchScope(scope: ScopeRef): void {
    this.scopesByName.set(scopeName(scope), scope);
  }

  get scopes(): readonly ScopeRef[] {
    return [...this.scopesByName.values()];
  }
}

/**
 * How every change of an administrator is made: the change and its audit records in one transaction, then the news of it to every
 * ingress, then the alerts.
 */
@Injectable()
export class AdminChanges {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  /** Locks are taken in one order: entries, members, keys, and the audit log last. */
  async run<Result>(
    actor: Actor,
    work: (manager: EntityManager, changes: Changes) => Promise<Result>,
  ): Promise<Result> {
    const changes = new Changes();
    const { result, records } = await guardDatabase(() =>
      this.database.dataSource.transaction(async (manager) => ({
        result: await work(manager, changes),
        records: await appendAudit(manager, actor, changes.audited),
      })),
    );
    this.tell(changes);
    await this.raiseAlerts(records);
    return result;
  }

  private tell({ keys, scopes, allScopes }: Changes): void {
    for (const hash of keys) this.bus.publish(keyChanged, { hash });
    if (allScopes || scopes.length > MAX_SCOPES) this.bus.publish(scopesChanged, { scopes: [], all: true });
    else if (scopes.length > 0) this.bus.publish(scopesChanged, { scopes: [...scopes] });
  }

  private async raiseAlerts(records: readonly AuditRecord[]): Promise<void> {
    for (const alert of alertsOf(records))
      // The change is made, whether or not anybody hears of it.
      await this.bus.record(alertRaised, alert).catch((cause: unknown) => {
        alertLost(alert, cause);
      });
  }
}
