import { Inject, Injectable } from '@nestjs/common';
import { sendingOf, type UsageEvent } from '@tollgate/contracts';
import type { Database } from '@tollgate/database';
import { STATE, type Charge, type State } from '@tollgate/state';
import { DATABASE } from '../tokens.js';
import { KnownCounters } from './known-counters.js';
import { rotatedCounters } from './rotated-counters.js';

/** Items of one question to shared state. */
const AT_ONCE = 200;

/** Tells shared state what the ledger took in. */
@Injectable()
export class Charges {
  /** What is in the ledger and could not be told yet. */
  private readonly owed = new Map<string, Charge>();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STATE) private readonly state: State,
    private readonly known: KnownCounters,
  ) {}

  /** Whether anything of it is charged to a budget. */
  isNeeded(events: readonly UsageEvent[]): boolean {
    return events.some(isCharged);
  }

  /**
   * After the ledger's commit and before the events are acknowledged. Repeats are told too: what died in between may not have told
   * them, and state counts an attempt once. When it rejects, all may be told again.
   */
  async charge(events: readonly UsageEvent[]): Promise<void> {
    const charged = events.filter(isCharged);
    const successors = await this.successorsOf(charged);
    for (const event of charged) this.owed.set(`${event.id} ${event.status}`, chargeOf(event, successors));
    await this.tell();
  }

  /**
   * Counters of a new hash that nobody has set yet are left alone, lest they begin with these calls: they are set in turn with this,
   * to what the ledger holds by then.
   */
  private async successorsOf(events: readonly UsageEvent[]): Promise<ReadonlyMap<string, string>> {
    const successors = await rotatedCounters(this.database, events);
    const readings = await this.state.counters([...successors.values()]);
    const known = new Set(readings.flatMap((reading) => reading?.counter ?? []));
    return new Map([...successors].filter(([, successor]) => known.has(successor)));
  }

  /**
   * Before counters are set to what the ledger holds: state must know which attempts that is, or it would count them again when
   * their events come again. In turn with `charge`.
   */
  async tell(): Promise<void> {
    const items = [...this.owed.values()];
    for (let first = 0; first < items.length; first += AT_ONCE)
      await this.state.charge(items.slice(first, first + AT_ONCE));
    for (const { counters } of items) this.known.note(counters);
    this.owed.clear();
  }
}

const isCharged = ({ counters }: UsageEvent): boolean => counters !== undefined && counters.length > 0;

const chargeOf = (
  { id, callId, counters = [], costNanos, status }: UsageEvent,
  successors: ReadonlyMap<string, string>,
): Charge => ({
  callId: sendingOf(callId, id),
  attemptId: id,
  counters: [...counters, ...counters.flatMap((counter) => successors.get(counter) ?? [])],
  costNanos: costNanos ?? 0,
  status,
});
