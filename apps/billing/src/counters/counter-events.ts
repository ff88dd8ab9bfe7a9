import { counter, createLogger, gauge } from '@tollgate/observability';
import type { ReleasedHold } from '@tollgate/state';

const logger = createLogger('billing');

const drift = gauge(
  'tollgate_budget_drift_nanos',
  'Nano-dollars that budget counters were off the ledger, either way, when last compared.',
  [],
);
const corrected = counter(
  'tollgate_budget_drift_corrected_total',
  'Counters set to what the ledger holds.',
  [],
);
const released = counter(
  'tollgate_budget_holds_released_total',
  'Reservations of calls that nobody settled.',
  [],
);

export function countersChecked(nanos: number): void {
  drift.set({}, nanos);
}

export function counterCorrected(name: string, nanos: number): void {
  corrected.inc();
  logger.warn({ event: 'budget.drift', counter: name, nanos }, 'a budget counter was off the ledger');
}

export function holdsReleased(holds: readonly ReleasedHold[]): void {
  released.inc({}, holds.length);
  for (const { callId, heldNanos, dueNanos } of holds.slice(0, 20))
    logger.warn(
      { event: 'budget.hold_released', callId, heldNanos, dueNanos },
      'released what a call held that nobody settled',
    );
}
