import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { listMembers, removeMembers, setMembers, type Actor, type Membership } from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { DirectoryStore, type MemberQuery, type SpentMembership } from './directory-store.js';
import { MembershipAdmin, type MembersSet, type MembersRemoved, type Removal } from './membership-admin.js';

/** Who is a member of which team or organization. */
@Controller()
export class MembershipController {
  constructor(
    private readonly store: DirectoryStore,
    private readonly admin: MembershipAdmin,
  ) {}

  @MessagePattern(setMembers.subject)
  async set({ actor, members }: { actor: Actor; members: Membership[] }): Promise<MembersSet> {
    return this.admin.set(actor, members);
  }

  @MessagePattern(removeMembers.subject)
  async remove({ actor, ...removal }: Removal & { actor: Actor }): Promise<MembersRemoved> {
    return this.admin.remove(actor, removal);
  }

  @MessagePattern(listMembers.subject)
  async list(query: MemberQuery): Promise<{ members: SpentMembership[] }> {
    return { members: await guardDatabase(() => this.store.members(query)) };
  }
}
