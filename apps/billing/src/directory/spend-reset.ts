import { Inject, Injectable } from '@nestjs/common';
import { GatewayError, counterParts, type Actor, type ScopeRef } from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { STATE, type State } from '@tollgate/state';
import { AdminChanges } from '../audit/admin-changes.js';
import { LedgerCounters } from '../counters/ledger-counters.js';
import { Turns } from '../counters/turns.js';
import { recordCorrection } from '../ledger/corrections.js';
import { RunningCounters } from './running-counters.js';

export interface ResetResult {
  readonly previousNanos: number;
  readonly spendNanos: number;
}

interface CounterChange {
  readonly counter: string;
  readonly nanos: number;
}

/** Sets what a scope is seen to have spent, as administrators do. */
@Injectable()
export class SpendReset {
  constructor(
    private readonly changes: AdminChanges,
    private readonly running: RunningCounters,
    private readonly ledger: LedgerCounters,
    private readonly turns: Turns,
    @Inject(STATE) private readonly state: State,
  ) {}

  /**
   * Corrects the total and each running window down to `toNanos`, in turn with charges and seeds: in the ledger, then in shared
   * state. Throws `invalid_request` when less was spent.
   */
  reset(actor: Actor, scope: ScopeRef, toNanos: number): Promise<ResetResult> {
    return this.turns.setting(async () => {
      const counters = await guardDatabase(async () =>
        this.ledger.exact(await this.running.of(scope, Date.now())),
      );
      const previousNanos = counters[0]?.nanos ?? 0;
      if (toNanos > previousNanos) throw moreThanSpent(toNanos, previousNanos);
      const corrections = counters
        .filter(({ nanos }) => nanos > toNanos)
        .map(({ counter, nanos }) => ({ counter, nanos: toNanos - nanos }));
      const result = { previousNanos, spendNanos: toNanos };
      await this.record(actor, scope, { corrections, result });
      // What shared state is not told now, the check for drift tells it: until then it counts too much, never too little.
      for (const { counter, nanos } of corrections)
        await this.state.correct(counter, nanos).catch(() => false);
      return result;
    });
  }

  private record(
    actor: Actor,
    scope: ScopeRef,
    { corrections, result }: { readonly corrections: readonly CounterChange[]; readonly result: ResetResult },
  ): Promise<void> {
    return this.changes.run(actor, async (manager, changes) => {
      for (const { counter, nanos } of corrections) {
        const parts = counterParts(counter);
        if (parts !== undefined)
          await recordCorrection(manager, { counter: parts, nanos, actor, reason: 'reset' });
      }
      changes.audit({
        ...{ action: 'reset', object: scope.kind, objectId: scope.id },
        ...{ before: { spendNanos: result.previousNanos }, after: { spendNanos: result.spendNanos } },
      });
    });
  }
}

const dollars = (nanos: number): string => String(nanos / 1_000_000_000);

const moreThanSpent = (toNanos: number, spentNanos: number): GatewayError =>
  new GatewayError(
    'invalid_request',
    `reset_to must not exceed the current spend: ${dollars(toNanos)} > ${dollars(spentNanos)}`,
    { param: 'reset_to' },
  );
