import { scopeName, type Principal } from '@tollgate/contracts';

/** What of a call decides which limits bind it. */
export interface BoundCall {
  readonly principal: Principal;
  readonly endUser: string | null;
  readonly tags: readonly string[];
}

const GATEWAY = scopeName({ kind: 'gateway', id: 'all' });

/** `default`: what routing makes of calls without a tag; it is nobody's to pay for. */
const NO_BUDGET_TAG = 'default';

/**
 * The names of the scopes that may bind a call, in the order in which a refusal names them. A user's own limits bind its
 * personal keys; those of team keys only where the config says so (LiteLLM's rule).
 */
export function bindingScopes(
  { principal, endUser, tags }: BoundCall,
  { userBindsTeamKeys }: { readonly userBindsTeamKeys: boolean },
): string[] {
  const { keyHash, userId, teamId, organizationId, projectId, isAdmin } = principal;
  const names: string[] = [];
  if (teamId !== null) names.push(`team:${teamId}`);
  if (!isAdmin) names.push(`key:${keyHash}`);
  if (userId !== null && (teamId === null || userBindsTeamKeys)) names.push(`user:${userId}`);
  if (userId !== null && teamId !== null) names.push(`member:${teamId}:${userId}`);
  if (projectId !== null) names.push(`project:${projectId}`);
  if (organizationId !== null) names.push(`organization:${organizationId}`);
  if (endUser !== null) names.push(`end_user:${endUser}`);
  for (const tag of tags) if (tag !== NO_BUDGET_TAG) names.push(`tag:${tag}`);
  names.push(GATEWAY);
  return names;
}
