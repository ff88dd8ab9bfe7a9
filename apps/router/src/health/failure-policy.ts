import { GROUP_DEFAULTS, type ErrorClass, type ErrorPolicy, type RouterSettings } from '@tollgate/config';
import type { Candidate } from '../group.js';
import { namedInPolicy } from './error-class.js';

interface FailurePolicy {
  readonly allowedFails: number | null;
  readonly allowedFailsPolicy: ErrorPolicy;
  readonly cooldownMs: number | null;
}

/** Failures a minute that are borne: those of the error's class, or all together. */
export interface AllowedFails {
  readonly of: 'class' | 'all';
  readonly fails: number;
}

/** The most particular first: the deployment's own, its group's, the router's. */
function policiesOf({ deployment }: Candidate, router: RouterSettings): readonly FailurePolicy[] {
  const group = router.groups.get(deployment.group) ?? GROUP_DEFAULTS;
  return [deployment, group, router];
}

/**
 * How many failures of a class a deployment may have in a minute before it is taken out: what the policy says of the class,
 * else its `Default`, else `allowed_fails`, of the first level that says anything. Null: none does.
 */
export function allowedFails(
  errorClass: ErrorClass,
  candidate: Candidate,
  router: RouterSettings,
): AllowedFails | null {
  for (const { allowedFailsPolicy, allowedFails } of policiesOf(candidate, router)) {
    const named = namedInPolicy(allowedFailsPolicy, errorClass);
    if (named !== undefined) return { of: 'class', fails: named };
    const general = allowedFailsPolicy.Default ?? allowedFails;
    if (general !== null) return { of: 'all', fails: general };
  }
  return null;
}

/** Whether somebody wants errors of this class counted, even those that are about the request. */
export const isNamedForAllowedFails = (
  errorClass: ErrorClass,
  candidate: Candidate,
  router: RouterSettings,
): boolean => allowedFails(errorClass, candidate, router)?.of === 'class';

/** Milliseconds for which a deployment is taken out when the provider says nothing; 0: never. */
export const cooldownTime = (candidate: Candidate, router: RouterSettings): number =>
  policiesOf(candidate, router).find(({ cooldownMs }) => cooldownMs !== null)?.cooldownMs ?? 0;
