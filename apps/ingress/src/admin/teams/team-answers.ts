import { Injectable } from '@nestjs/common';
import type { SpentEntry } from '@tollgate/contracts';
import { LiveConfig } from '@tollgate/config';
import { toDollars } from '../../dollars.js';
import { budgetTable } from '../budget-table.js';
import { Directory, type SpentMembership } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { momentOf } from '../moment.js';
import { TEAM } from './team-fields.js';

/** Teams in LiteLLM's shape. */
@Injectable()
export class TeamAnswers {
  constructor(
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
    private readonly live: LiveConfig,
  ) {}

  async rows(teams: readonly SpentEntry[]): Promise<Record<string, unknown>[]> {
    const [rows, members] = await Promise.all([
      this.desk.rows(TEAM, teams),
      this.directory.membersOf(
        'team',
        teams.map(({ id }) => id),
      ),
    ]);
    return rows.map((row, index) => ({ ...row, ...memberFields(members.get(teams[index]?.id ?? '') ?? []) }));
  }

  async row(team: SpentEntry): Promise<Record<string, unknown>> {
    const [row] = await this.rows([team]);
    return row ?? {};
  }

  /** With the e-mails and names of its members, and what each may spend and has spent. */
  async detailed(team: SpentEntry): Promise<{ row: Record<string, unknown>; memberships: object[] }> {
    const members = (await this.directory.membersOf('team', [team.id])).get(team.id) ?? [];
    const users = await this.directory.findAll(
      'user',
      members.slice(0, MAX_DETAILED).map(({ userId }) => userId),
    );
    const row = await this.desk.row(TEAM, team);
    return {
      row: { ...row, ...memberFields(members, users) },
      memberships: members.map((member) => this.membership(member)),
    };
  }

  membership({ userId, containerId, limits, spendNanos }: SpentMembership): object {
    return {
      user_id: userId,
      team_id: containerId,
      spend: toDollars(spendNanos),
      budget_id: null,
      litellm_budget_table: budgetTable(limits, null, momentOf(this.live)),
    };
  }
}

/** Of more members only the ids are told. */
const MAX_DETAILED = 1_000;

const memberFields = (members: readonly SpentMembership[], users?: ReadonlyMap<string, SpentEntry>) => ({
  members_with_roles: members.map(({ userId, role }) => ({
    user_id: userId,
    user_email: users?.get(userId)?.settings['user_email'] ?? null,
    role,
    ...(users !== undefined && { user_alias: users.get(userId)?.alias ?? null }),
  })),
  admins: [],
  members: [],
  model_id: null,
  litellm_model_table: null,
});
