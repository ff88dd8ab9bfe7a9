import { GatewayError, type listKeys } from '@tollgate/contracts';
import { z } from 'zod';
import { flagText, page, wholeNumber } from '../admin/paging.js';
import { administered, type Authority } from '../auth/authority.js';
import { hashOfKey } from '../auth/key-digests.js';

const SORTS = {
  created_at: 'createdAt',
  updated_at: 'updatedAt',
  key_alias: 'alias',
  spend: 'spend',
  expires: 'expiresAt',
  last_active: 'lastActiveAt',
} as const;

const sortNames = Object.keys(SORTS) as (keyof typeof SORTS)[];

/** The parameters of `GET /key/list`. */
export const keyListQuery = z.object({
  page,
  size: wholeNumber(100).default(10),
  user_id: z.string().optional(),
  team_id: z.string().optional(),
  organization_id: z.string().optional(),
  key_hash: z.string().optional(),
  key_alias: z.string().optional(),
  return_full_object: flagText.default(false),
  include_team_keys: flagText.default(false),
  include_created_by_keys: flagText.default(false),
  sort_by: z.enum(sortNames, `must be one of ${sortNames.join(', ')}`).default('created_at'),
  sort_order: z.enum(['asc', 'desc'], 'must be asc or desc').default('desc'),
  expand: z.enum(['user'], 'must be user').optional(),
  status: z.enum(['active', 'deleted'], 'must be active or deleted').optional(),
});
type KeyListQuery = z.infer<typeof keyListQuery>;

type Filter = Omit<z.infer<typeof listKeys.input>, 'offset' | 'limit'>;

/** What is asked of billing: never more than the caller may see. Throws `forbidden`. */
export function keyFilter(query: KeyListQuery, by: Authority): Filter {
  return {
    ...(query.key_hash !== undefined && { hashes: [hashOfKey(query.key_hash)] }),
    ...(query.key_alias !== undefined && { alias: query.key_alias }),
    ...(query.status !== undefined && { status: query.status }),
    ...ownersOf(query, by),
    sortBy: SORTS[query.sort_by],
    descending: query.sort_order === 'desc',
  };
}

function ownersOf(query: KeyListQuery, by: Authority): Partial<Filter> {
  const { team_id: teamId, organization_id: organizationId } = query;
  if (organizationId !== undefined)
    checkOne(by, administered(by.organizations), organizationId, 'organization_id');
  const seesTeam = teamId !== undefined && administered(by.teams).includes(teamId);
  const seesOrganization = organizationId !== undefined;
  if (query.user_id !== undefined && !seesTeam && !seesOrganization)
    checkOne(by, by.userId === null ? [] : [by.userId], query.user_id, 'user_id');
  // Of somebody else's team one sees one's own keys.
  const onlyOwn = !by.seesAll && !seesTeam && !seesOrganization;
  const userId = query.user_id ?? (onlyOwn ? (by.userId ?? NOBODY) : undefined);
  const teams = query.include_team_keys && teamId === undefined ? administered(by.teams) : [];
  const creator = query.include_created_by_keys ? (query.user_id ?? by.userId) : null;
  const isWide = teams.length > 0 || creator !== null;
  return {
    ...(userId !== undefined && { userIds: [userId] }),
    ...(teamId !== undefined && { teamIds: [teamId] }),
    ...(teams.length > 0 && { teamIds: teams }),
    ...(organizationId !== undefined && { organizationIds: [organizationId] }),
    ...(creator !== null && { createdBy: creator }),
    ...(isWide && teamId === undefined && { anyOwner: true }),
  };
}

/** No user has this id: a key of nobody's has no list. */
const NOBODY = '\u{10FFFF}';

function checkOne(by: Authority, allowed: readonly string[], asked: string, param: string): void {
  if (by.seesAll || allowed.includes(asked)) return;
  throw new GatewayError(
    'forbidden',
    `You are not authorized to list keys of ${param}=${asked}: you may see your own, and those of what you administer`,
    { param },
  );
}
