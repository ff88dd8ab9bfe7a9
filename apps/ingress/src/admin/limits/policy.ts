import type { BudgetPolicy, OverBudget } from '@tollgate/contracts';
import { z } from 'zod';
import { invalidField } from '../fields/field-errors.js';

const FALLBACK = /^fallback:\s*(\S.*)$/;

const EXPECTED = 'must be "reject", "throttle" or "fallback: <model>"';

const action = z.union(
  [
    z.enum(['reject', 'throttle']),
    z.string().regex(FALLBACK, EXPECTED),
    z.strictObject({ fallback: z.string().min(1).max(256) }),
  ],
  EXPECTED,
);

/** Tollgate's own fields of a key: what happens when a budget has no room. null: as the config says. */
export const policyFields = z.object({
  on_budget_exceeded: action.nullish(),
  budget_exceeded_status: z.literal([400, 422, 429], 'must be 400, 422 or 429').nullish(),
  on_stream_overrun: z.enum(['cut', 'finish'], 'must be cut or finish').nullish(),
  on_state_down: z.enum(['refuse', 'allow'], 'must be refuse or allow').nullish(),
});
export type PolicyFields = z.infer<typeof policyFields>;
export type PolicyField = keyof PolicyFields;

/** The policy after a change: what is absent stays, null clears. `priority` is that of the metadata. */
export function changedPolicy(
  current: BudgetPolicy,
  fields: PolicyFields,
  priority: string | undefined,
): BudgetPolicy {
  const overBudget = changedAction(current.overBudget, fields);
  const onStreamOverrun = pick(fields.on_stream_overrun, current.onStreamOverrun);
  const onStateDown = pick(fields.on_state_down, current.onStateDown);
  return {
    ...(overBudget !== undefined && { overBudget }),
    ...(onStreamOverrun !== undefined && { onStreamOverrun }),
    ...(onStateDown !== undefined && { onStateDown }),
    ...(priority !== undefined && { priority }),
  };
}

const pick = <Value>(given: Value | null | undefined, current: Value | undefined): Value | undefined =>
  given === undefined ? current : (given ?? undefined);

function changedAction(
  current: OverBudget | undefined,
  { on_budget_exceeded: asked, budget_exceeded_status: status }: PolicyFields,
): OverBudget | undefined {
  const chosen = asked === undefined ? current : actionOf(asked);
  if (status === undefined) return chosen;
  if (chosen !== undefined && chosen.action !== 'reject') {
    if (status === null) return chosen;
    throw invalidField(
      'budget_exceeded_status',
      'is the status of a refusal: it goes with on_budget_exceeded: reject',
    );
  }
  return status === null ? chosen && { action: 'reject' } : { action: 'reject', status };
}

function actionOf(asked: PolicyFields['on_budget_exceeded']): OverBudget | undefined {
  if (asked === null || asked === undefined) return undefined;
  if (typeof asked === 'object') return { action: 'fallback', model: asked.fallback };
  const model = FALLBACK.exec(asked)?.[1]?.trim();
  if (model !== undefined) return { action: 'fallback', model };
  return asked === 'throttle' ? { action: 'throttle' } : { action: 'reject' };
}

/** The policy in the fields that `changedPolicy` reads. */
export function shownPolicy({
  overBudget,
  onStreamOverrun,
  onStateDown,
}: BudgetPolicy): Record<PolicyField, unknown> {
  return {
    on_budget_exceeded:
      overBudget?.action === 'fallback' ? `fallback: ${overBudget.model}` : (overBudget?.action ?? null),
    budget_exceeded_status: overBudget?.action === 'reject' ? (overBudget.status ?? null) : null,
    on_stream_overrun: onStreamOverrun ?? null,
    on_state_down: onStateDown ?? null,
  };
}
