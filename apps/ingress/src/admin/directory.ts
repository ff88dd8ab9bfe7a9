import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import {
  GatewayError,
  findEntries,
  listMembers,
  type EntryKind,
  type Membership,
  type SpentEntry,
} from '@tollgate/contracts';

/** A membership with what the member has spent in the team. */
export type SpentMembership = Membership & { readonly spendNanos: number };

/** The most members that an answer tells of. */
const MAX_MEMBERS = 10_000;

/** What the directory holds, asked by id. */
@Injectable()
export class Directory {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** By id; what there is not is missing. Asks nothing for no ids. */
  async findAll(kind: EntryKind, ids: Iterable<string | null>): Promise<ReadonlyMap<string, SpentEntry>> {
    const wanted = [...new Set(ids)].filter((id): id is string => id !== null);
    if (wanted.length === 0) return new Map();
    const { entries } = await this.bus.request(findEntries, { kind, ids: wanted });
    return new Map(entries.map((entry) => [entry.id, entry]));
  }

  async find(kind: EntryKind, id: string | null): Promise<SpentEntry | undefined> {
    return id === null ? undefined : (await this.findAll(kind, [id])).get(id);
  }

  /** Rejects with `not_found`, in LiteLLM's words of the kind. */
  async require(kind: EntryKind, id: string, param: string): Promise<SpentEntry> {
    const found = await this.find(kind, id);
    if (found === undefined) throw notFound(kind, id, param);
    return found;
  }

  /** The members of teams or organizations, by container. */
  async membersOf(
    containerKind: Membership['containerKind'],
    containerIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly SpentMembership[]>> {
    if (containerIds.length === 0) return new Map();
    const query = { containerKind, containerIds: [...containerIds], limit: MAX_MEMBERS };
    const { members } = await this.bus.request(listMembers, query);
    const byContainer = new Map<string, SpentMembership[]>(containerIds.map((id) => [id, []]));
    for (const member of members) byContainer.get(member.containerId)?.push(member);
    return byContainer;
  }

  /** What a user is a member of. */
  async membershipsOf(userId: string): Promise<readonly SpentMembership[]> {
    const { members } = await this.bus.request(listMembers, { userIds: [userId], limit: MAX_MEMBERS });
    return members;
  }
}

const TEXTS: Readonly<Record<EntryKind, (id: string) => string>> = {
  organization: (id) => `Organization not found, passed organization_id=${id}`,
  project: (id) => `Project not found, passed project_id=${id}`,
  team: (id) => `Team not found, passed team_id=${id}`,
  user: (id) => `User ${id} not found`,
  end_user: (id) => `End User Id=${id} does not exist in db`,
  tag: (id) => `Tag ${id} not found`,
  budget: (id) => `Budget not found, passed budget_id=${id}`,
  access_group: (id) => `Access group '${id}' not found`,
};

export const notFound = (kind: EntryKind, id: string, param: string): GatewayError =>
  new GatewayError('not_found', TEXTS[kind](id), { param });
