import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import {
  GatewayError,
  listEntries,
  removeMembers,
  setMembers,
  type Actor,
  type Membership,
  type SpentEntry,
} from '@tollgate/contracts';
import { Directory, type SpentMembership } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { invalidField } from '../fields/field-errors.js';

/** A user as a request names it. */
export interface NamedUser {
  readonly user_id?: string | null | undefined;
  readonly user_email?: string | null | undefined;
}

/** E-mails that contain the one sought are few. */
const MAX_LIKE = 25;

/** Members of teams and organizations, by user id or e-mail. */
@Injectable()
export class MemberDesk {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly directory: Directory,
    private readonly entries: EntryDesk,
  ) {}

  /** The user with an e-mail, in any case. */
  async byEmail(email: string): Promise<SpentEntry | undefined> {
    const query = { kind: 'user', search: email, limit: MAX_LIKE } as const;
    const { entries } = await this.bus.request(listEntries, query);
    return entries.find(
      ({ settings }) => String(settings['user_email']).toLowerCase() === email.toLowerCase(),
    );
  }

  /** The id of a user; one that is named by an unknown e-mail is made. */
  async idOf(actor: Actor, { user_id: id, user_email: email }: NamedUser): Promise<string> {
    if (id !== undefined && id !== null) return id;
    if (email === undefined || email === null) throw invalidField('user_id', 'or user_email is required');
    const found = await this.byEmail(email);
    if (found !== undefined) return found.id;
    const user_role = actor.role === 'proxy_admin' ? 'internal_user' : 'internal_user_viewer';
    const settings = { user_email: email, user_role };
    return (await this.entries.create(actor, 'user', undefined, { settings })).id;
  }

  /** A member of a container that must be there. */
  async require(
    container: Pick<Membership, 'containerKind' | 'containerId'>,
    user: NamedUser,
  ): Promise<SpentMembership> {
    const { user_id: id, user_email: email } = user;
    const userId = id ?? (typeof email === 'string' ? (await this.byEmail(email))?.id : undefined);
    const members = (
      await this.directory.membersOf(container.containerKind, [container.containerId])
    ).values();
    const found = [...members].flat().find((member) => member.userId === userId);
    if (found === undefined) throw notMember(container, user);
    return found;
  }

  set(actor: Actor, members: readonly Membership[]) {
    return this.bus.request(setMembers, { actor, members: members.map(withoutSpend) });
  }

  remove(actor: Actor, { containerKind, containerId, userId }: Membership) {
    return this.bus.request(removeMembers, { actor, containerKind, containerId, userIds: [userId] });
  }
}

const withoutSpend = ({ containerKind, containerId, userId, role, limits }: Membership): Membership => ({
  ...{ containerKind, containerId, userId, role, limits },
});

const notMember = (
  { containerKind, containerId }: Pick<Membership, 'containerKind' | 'containerId'>,
  { user_id: id, user_email: email }: NamedUser,
): GatewayError =>
  new GatewayError(
    'invalid_request',
    `User not found in ${containerKind}. ${containerKind}_id=${containerId}, User id=${id ?? 'None'}, ` +
      `User_email= ${email ?? 'None'}`,
    { param: 'user_id' },
  );
