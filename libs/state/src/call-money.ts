/** What a call holds and owes. It is the same amount at each of its places, the counters that it was let in against. */
export interface CallMoney<Place = unknown> {
  readonly callId: string;
  readonly leaseUntil: number;
  readonly places: readonly Place[];
  held: number;
  due: number;
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
  cost: number;
  isKnown: boolean;
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
  places: readonly Place[],
): CallMoney<Place> => ({
  callId,
  leaseUntil,
  places,
  held,
  due: 0,
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
  const attempt = call.attempts.find(({ id }) => id === attemptId);
  const isCharged = attempt?.isKnown === true;
  if (cost === null) return isCharged && call.unknown === 0 ? put(call, 0, call.due) : NOTHING;
  const before = attemptId === null ? call.charged : (attempt?.cost ?? 0);
  const owed = isCharged ? 0 : Math.max(0, cost - before);
  return put(call, call.unknown > 0 ? Math.max(0, call.held - owed) : 0, owed);
}

/**
 * The ledger took in what an attempt cost. That was owed or held until now: the debt of the attempt that was settled is paid
 * with it; of any other, as much as it cost is taken off.
 */
export function chargeMoney(call: CallMoney, attemptId: string, cost: number, isKnown: boolean): Move {
  const before = call.attempts.find(({ id }) => id === attemptId);
  if (before !== undefined && (before.isKnown || !isKnown)) return NOTHING;
  const spent = cost - (before?.cost ?? 0);
  if (before === undefined) call.attempts.push({ id: attemptId, cost, isKnown });
  else Object.assign(before, { cost, isKnown });
  call.charged += spent;
  call.unknown += (isKnown ? 0 : 1) - (before === undefined ? 0 : 1);
  const isSettledOne = call.isSettled && call.settledAttempt === attemptId;
  const owes = isSettledOne || call.settledAttempt === null;
  const paid = owes ? Math.min(call.due, Math.max(0, spent)) : 0;
  const due = isSettledOne && isKnown ? 0 : call.due - paid;
  const isOver = call.isSettled && call.unknown === 0 && (isSettledOne || before !== undefined);
  const held = isOver ? 0 : call.held - Math.min(call.held, Math.max(0, spent - paid));
  return put(call, held, due, spent);
}

/** Raises what is held, never lowers it. */
export function extendMoney(call: CallMoney, held: number): Move {
  return call.isSettled || held <= call.held ? NOTHING : put(call, held, call.due);
}

/** Gives up what the call holds and owes. */
export function releaseMoney(call: CallMoney): Move {
  call.isSettled = true;
  return put(call, 0, 0);
}

function put(call: CallMoney, held: number, due: number, spent = 0): Move {
  const move = { spent, due: due - call.due, held: held - call.held };
  call.held = held;
  call.due = due;
  return move;
}
