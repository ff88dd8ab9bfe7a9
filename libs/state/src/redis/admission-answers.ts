import { LIMIT_KINDS, granted, refused, type ScopeUse } from '../admission.js';
import { budgetsOf, overBudget, useOf, type Sums } from '../holds.js';
import type { Admission, AdmitRequest, Granted } from '../state.js';

const NUMBERS_OF_SCOPE = 4;
const NUMBERS_OF_BUDGET = 3;

/** What the script says of an admission; see ADMISSIONS. */
export function parseAdmission(reply: string, request: AdmitRequest): Admission {
  const { scopes, now } = request;
  const budgets = budgetsOf(request);
  const [verdict, ...numbers] = reply.split(' ').map(Number);
  const place = numbers[0] ?? 0;
  if (verdict === 1) {
    const stands = scopes.map((scope, index) => ({ scope, use: useAt(numbers, NUMBERS_OF_SCOPE * index) }));
    return granted(stands, now, holdAt(numbers, NUMBERS_OF_SCOPE * scopes.length, request));
  }
  if (verdict === 3) {
    const counters = numbers.flatMap((index) => budgets[index]?.counter ?? []);
    return { granted: false, kind: 'unseeded', counters };
  }
  const [budget, scope, kind] = [budgets[place], scopes[place], LIMIT_KINDS[numbers[1] ?? 0]];
  if (verdict === 2 && budget !== undefined) return overBudget(budget, sumsAt(numbers, 1));
  if (verdict === 0 && scope !== undefined && kind !== undefined)
    return refused({ scope, use: useAt(numbers, 2) }, kind, now);
  throw new Error(`Unexpected answer of the script: ${reply}`);
}

function holdAt(
  numbers: readonly number[],
  at: number,
  request: AdmitRequest,
): Pick<Granted, 'heldNanos' | 'budgets'> {
  const budgets = budgetsOf(request);
  return {
    heldNanos: budgets.length === 0 ? null : (numbers[at] ?? 0),
    budgets: budgets.map((budget, index) =>
      useOf(budget, sumsAt(numbers, at + 1 + NUMBERS_OF_BUDGET * index)),
    ),
  };
}

const useAt = (numbers: readonly number[], at: number): ScopeUse => ({
  requests: numbers[at] ?? 0,
  tokens: numbers[at + 1] ?? 0,
  inFlight: numbers[at + 2] ?? 0,
  earliestLease: numbers[at + 3] ?? 0,
});

const sumsAt = (numbers: readonly number[], at: number): Sums => ({
  spent: numbers[at] ?? 0,
  due: numbers[at + 1] ?? 0,
  held: numbers[at + 2] ?? 0,
});
