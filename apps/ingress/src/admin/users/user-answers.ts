import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { listKeys, type SpentEntry } from '@tollgate/contracts';
import { KeyRows } from '../../keys/key-rows.js';
import { roleOf } from '../../auth/authority.js';
import { Directory, type SpentMembership } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { readPage } from '../paging.js';
import { TeamAnswers } from '../teams/team-answers.js';
import { USER } from './user-fields.js';

/** Keys that are shown with a user; `GET /key/list` has them all. */
const MAX_KEYS = 100;

/** Users in LiteLLM's shape. */
@Injectable()
export class UserAnswers {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
    private readonly teams: TeamAnswers,
    private readonly keys: KeyRows,
  ) {}

  /** @param memberships of these users, where they are known; else their teams are left out. */
  async rows(
    users: readonly SpentEntry[],
    memberships?: readonly SpentMembership[],
  ): Promise<Record<string, unknown>[]> {
    const rows = await this.desk.rows(USER, users);
    return rows.map((row, index) => {
      const user = users[index];
      if (user === undefined) return row;
      const own = memberships?.filter(({ userId }) => userId === user.id);
      return {
        ...row,
        user_role: roleOf(user.settings),
        key_count: user.keyCount,
        ...(own !== undefined && { teams: idsOf(own, 'team'), organization_memberships: organizations(own) }),
      };
    });
  }

  async row(user: SpentEntry): Promise<Record<string, unknown>> {
    const [row] = await this.rows([user], await this.directory.membershipsOf(user.id));
    return row ?? {};
  }

  /** `GET /user/info`. */
  async detailed(user: SpentEntry): Promise<object> {
    const memberships = await this.directory.membershipsOf(user.id);
    const [row] = await this.rows([user], memberships);
    const teams = await this.directory.findAll('team', idsOf(memberships, 'team').slice(0, MAX_KEYS));
    const keys = await readPage({ page: 1, size: MAX_KEYS }, async (part) => {
      const found = await this.bus.request(listKeys, { userIds: [user.id], ...part });
      return { items: found.keys, total: found.total };
    });
    return {
      user_id: user.id,
      user_info: row,
      keys: await this.keys.of(keys.items),
      total_keys: keys.total,
      teams: await this.teams.rows([...teams.values()]),
    };
  }
}

const idsOf = (members: readonly SpentMembership[], kind: SpentMembership['containerKind']): string[] =>
  members.filter(({ containerKind }) => containerKind === kind).map(({ containerId }) => containerId);

const organizations = (members: readonly SpentMembership[]): object[] =>
  members
    .filter(({ containerKind }) => containerKind === 'organization')
    .map(({ containerId, userId, role }) => ({
      organization_id: containerId,
      user_id: userId,
      user_role: role,
    }));
