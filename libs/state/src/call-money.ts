/** What a call holds and owes. It is the same amount at each of its places, the counters that it was let in against. */
export interface CallMoney<Place = unknown> {
  readonly callId: string;
  readonly leaseUntil: number;
  readonly places: Place[];
  held: number;
  due: number;
  /** What of `due` is owed for attempts by name; the rest is the call's as a whole. */
  owed: number;
  /** Sum of what the ledger took in. */
  charged: number;
  /** Attempts of which no more is known than a least amount. */
  unknown: number;
  isSettled: boolean;
  /** The attempt whose cost the settlement told, or did not know; null: of the call as a whole. */
  settledAttempt: string | null;
  readonly attempts: Attempt[];
}

interface Attempt {
  readonly id: string;
  /** What the ledger took in, if it did. */
  cost: number;
  isCharged: boolean;
  isKnown: boolean;
  /** What of its cost the ledger has not taken in yet. */
  owed: number;
}

/** What is to be added to each counter of the call. */
export interface Move {
  readonly spent: number;
  readonly due: number;
  readonly held: number;
}

const NOTHING: Move = { spent: 0, due: 0, held: 0 };

export const callMoney = <Place>(
  callId: string,
  leaseUntil: number,
  held: number,
  places: Place[],
): CallMoney<Place> => ({
  callId,
  leaseUntil,
  places,
  held,
  due: 0,
  owed: 0,
  charged: 0,
  unknown: 0,
  isSettled: false,
  settledAttempt: null,
  attempts: [],
});

export const isOutstanding = ({ held, due }: CallMoney): boolean => held > 0 || due > 0;

/** Replaces the hold by what is owed. While an attempt is unknown, what is left of the hold stays. */
export function settleMoney(call: CallMoney, cost: number | null, attemptId: string | null): Move {
  if (call.isSettled) return NOTHING;
  call.isSettled = true;
  call.settledAttempt = attemptId;
  if (cost === null) {
    const attempt = call.attempts.find(({ id }) => id === attemptId);
    const isTold = attempt !== undefined && (attempt.isKnown || attempt.owed > 0);
    return isTold && call.unknown === 0 ? put(call, 0, call.due) : NOTHING;
  }
  const more =
    attemptId === null ? Math.max(0, cost - call.charged - call.owed) : noteDebt(call, attemptId, cost);
  return put(call, call.unknown > 0 ? Math.max(0, call.held - more) : 0, call.due + more);
}

/** Takes off the hold what an attempt cost, and owes it. The settlement may have waited for it. */
export function oweMoney(call: CallMoney, attemptId: string, cost: number): Move {
  const more = noteDebt(call, attemptId, cost);
  if (more === 0) return NOTHING;
  const isOver = call.isSettled && call.unknown === 0 && call.settledAttempt === attemptId;
  return put(call, isOver ? 0 : call.held - Math.min(call.held, more), call.due + more);
}

/** Answers what is owed now that was not before. */
function noteDebt(call: CallMoney, id: string, cost: number): number {
  const attempt = attemptOf(call, id);
  if (attempt.isKnown || attempt.owed > 0) return 0;
  attempt.owed = Math.max(0, cost - attempt.cost);
  call.owed += attempt.owed;
  return attempt.owed;
}

function attemptOf(call: CallMoney, id: string): Attempt {
  const known = call.attempts.find((attempt) => attempt.id === id);
  if (known !== undefined) return known;
  const attempt = { id, cost: 0, isCharged: false, isKnown: false, owed: 0 };
  call.attempts.push(attempt);
  return attempt;
}

/**
 * The ledger took in what an attempt cost. That was owed or held until now: the attempt's own debt is paid with it, and of the
 * debt of the call as a whole as much as it cost.
 */
export function chargeMoney(call: CallMoney, attemptId: string, cost: number, isKnown: boolean): Move {
  const attempt = attemptOf(call, attemptId);
  const wasUnknown = attempt.isCharged;
  if (attempt.isKnown || (wasUnknown && !isKnown)) return NOTHING;
  const spent = cost - attempt.cost;
  const more = Math.max(0, spent);
  const ownPaid = isKnown ? attempt.owed : Math.min(attempt.owed, more);
  const paid = ownPaid + Math.min(Math.max(0, call.due - call.owed), Math.max(0, more - ownPaid));
  attempt.cost = cost;
  attempt.isKnown = isKnown;
  attempt.isCharged = true;
  attempt.owed -= ownPaid;
  call.owed = Math.max(0, call.owed - ownPaid);
  call.charged += spent;
  call.unknown += (isKnown ? 0 : 1) - (wasUnknown ? 1 : 0);
  const isAwaited = call.settledAttempt === attemptId || wasUnknown;
  const isOver = call.isSettled && call.unknown === 0 && isAwaited;
  const held = isOver ? 0 : call.held - Math.min(call.held, Math.max(0, more - paid));
  return put(call, held, Math.max(0, call.due - paid), spent);
}

/** Raises what is held, never lowers it. */
export function extendMoney(call: CallMoney, held: number): Move {
  return call.isSettled || held <= call.held ? NOTHING : put(call, held, call.due);
}

/** Gives up what the call holds and owes. */
export function releaseMoney(call: CallMoney): Move {
  call.isSettled = true;
  call.owed = 0;
  return put(call, 0, 0);
}

function put(call: CallMoney, held: number, due: number, spent = 0): Move {
  const move = { spent, due: due - call.due, held: held - call.held };
  call.held = held;
  call.due = due;
  return move;
}
