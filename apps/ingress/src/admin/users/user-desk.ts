import { Injectable } from '@nestjs/common';
import { NO_LIMITS, type Membership, type SpentEntry } from '@tollgate/contracts';
import { z } from 'zod';
import type { Authority } from '../../auth/authority.js';
import { KeyDesk, type MadeKey } from '../../keys/key-desk.js';
import { readNewKey } from '../../keys/key-request.js';
import { Directory, notFound } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { invalidField } from '../fields/field-errors.js';
import { parse } from '../fields/read-record.js';
import { Grants } from '../grants.js';
import { MemberDesk, type NamedUser } from '../members/member-desk.js';
import { USER } from './user-fields.js';
import { checkNewUser, checkUserChange } from './user-rights.js';

type Body = Readonly<Record<string, unknown>>;

const ownFields = z.object({
  user_id: z.string().nullish(),
  team_id: z.string().nullish(),
  teams: z.array(z.union([z.string(), z.looseObject({ team_id: z.string() })])).nullish(),
  organizations: z.array(z.string()).nullish(),
  auto_create_key: z.boolean().nullish(),
  key_alias: z.string().nullish(),
  duration: z.string().nullish(),
  aliases: z.record(z.string(), z.unknown()).nullish(),
});
type OwnFields = z.infer<typeof ownFields>;

export interface NewUser {
  readonly user: SpentEntry;
  readonly key: MadeKey | null;
}

/** Makes and changes users, for those who may. */
@Injectable()
export class UserDesk {
  constructor(
    private readonly entries: EntryDesk,
    private readonly directory: Directory,
    private readonly grants: Grants,
    private readonly members: MemberDesk,
    private readonly keys: KeyDesk,
  ) {}

  /** With a key, unless `auto_create_key` is false, and memberships. */
  async create(by: Authority, body: Body): Promise<NewUser> {
    const { patch, own } = this.entries.readNew(USER, body);
    const asked = parse(ownFields, own);
    const places = { organizations: asked.organizations ?? [], teams: teamsOf(asked) };
    await checkNewUser(by, patch, places, { directory: this.directory, grants: this.grants });
    if (patch.settings?.['user_role'] === undefined)
      patch.settings = { ...patch.settings, user_role: 'internal_user' };
    const user = await this.entries.create(by.actor, 'user', asked.user_id, patch);
    const memberships = membershipsOf(user.id, asked);
    if (memberships.length > 0) await this.members.set(by.actor, memberships);
    if (asked.auto_create_key === false) return { user, key: null };
    const wanted = readNewKey(keyBody(asked, user.models), Date.now());
    wanted.patch.userId = user.id;
    return { user, key: await this.keys.makeFor(by, wanted) };
  }

  /** Of the user that a body names by id or e-mail. */
  async change(by: Authority, body: Body): Promise<SpentEntry> {
    const { user_id: id, user_email: email } = parse(named, body);
    const user = await this.find({ user_id: id, user_email: email });
    const { patch, own } = this.entries.readChange(USER, body, user);
    const asked = parse(ownFields, own);
    // An e-mail that found its user, in whatever case, changes nothing.
    if ((id === null || id === undefined) && patch.settings !== undefined)
      patch.settings['user_email'] = user.settings['user_email'];
    await checkUserChange(by, user, patch, { directory: this.directory, grants: this.grants });
    const changed = await this.entries.change(by.actor, user, patch);
    const memberships = membershipsOf(user.id, asked);
    if (memberships.length > 0) await this.join(by, user, memberships);
    return changed;
  }

  private async join(by: Authority, user: SpentEntry, wanted: readonly Membership[]): Promise<void> {
    if (!by.isAdmin) throw invalidField('teams', 'are joined by /team/member_add');
    const known = await this.directory.membershipsOf(user.id);
    const isKnown = ({ containerKind, containerId }: Membership): boolean =>
      known.some((member) => member.containerKind === containerKind && member.containerId === containerId);
    const fresh = wanted.filter((member) => !isKnown(member));
    if (fresh.length > 0) await this.members.set(by.actor, fresh);
  }

  /** Rejects with `not_found`. */
  async find({ user_id: id, user_email: email }: NamedUser): Promise<SpentEntry> {
    if (typeof id === 'string') return this.directory.require('user', id, 'user_id');
    if (typeof email !== 'string') throw invalidField('user_id', 'or user_email is required');
    const found = await this.members.byEmail(email);
    if (found === undefined) throw notFound('user', email, 'user_email');
    return found;
  }
}

const named = z.object({ user_id: z.string().min(1).nullish(), user_email: z.string().min(1).nullish() });

function teamsOf({ teams, team_id: teamId }: OwnFields): string[] {
  const wanted = [...(teams ?? []), ...(typeof teamId === 'string' ? [teamId] : [])];
  return [...new Set(wanted.map((team) => (typeof team === 'string' ? team : team.team_id)))];
}

function membershipsOf(userId: string, asked: OwnFields): Membership[] {
  const { organizations } = asked;
  const common = { userId, limits: NO_LIMITS };
  return [
    ...teamsOf(asked).map((id): Membership => ({
      containerKind: 'team',
      containerId: id,
      role: 'user',
      ...common,
    })),
    ...(organizations ?? []).map((id): Membership => ({
      containerKind: 'organization',
      containerId: id,
      role: 'internal_user',
      ...common,
    })),
  ];
}

/** The limits of a user bind its personal keys: its first key needs none of its own. */
const keyBody = ({ key_alias: alias, duration, aliases }: OwnFields, models: readonly string[]): Body => ({
  models,
  ...(alias !== undefined && { key_alias: alias }),
  ...(duration !== undefined && { duration }),
  ...(aliases !== undefined && { aliases }),
});
