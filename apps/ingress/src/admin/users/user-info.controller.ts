import { Controller, Get, Query, Req } from '@nestjs/common';
import { type SpentEntry } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { authorityOf } from '../../auth/authority.js';
import { Access } from '../../http/access.decorator.js';
import { readQuery } from '../../http/read-query.js';
import { Directory } from '../directory.js';
import { EntryDesk, type EntryFilter } from '../entries/entry-desk.js';
import { list, page, pagesOf, wholeNumber } from '../paging.js';
import { UserAnswers } from './user-answers.js';
import { roleText } from './user-fields.js';
import { checkSeesUser } from './user-rights.js';

const one = z.object({ user_id: z.string().optional() });
const SORTS = {
  user_id: 'id',
  user_alias: 'alias',
  user_email: 'alias',
  created_at: 'createdAt',
  spend: 'spend',
} as const;
const sortNames = Object.keys(SORTS) as (keyof typeof SORTS)[];
const listQuery = z.object({
  page,
  page_size: wholeNumber(100).default(25),
  role: roleText.optional(),
  user_ids: list.optional(),
  user_email: z.string().optional(),
  team: z.string().optional(),
  sort_by: z.enum(sortNames, `must be one of ${sortNames.join(', ')}`).default('created_at'),
  sort_order: z.enum(['asc', 'desc'], 'must be asc or desc').default('desc'),
});
type ListQuery = z.infer<typeof listQuery>;
const pickerQuery = z.object({
  page,
  page_size: wholeNumber(100).default(50),
  user_id: z.string().optional(),
  user_email: z.string().optional(),
});

const ROLES = {
  proxy_admin: {
    description: 'admin over litellm proxy, has all permissions',
    ui_label: 'Admin (All Permissions)',
  },
  proxy_admin_viewer: { description: 'view all keys, view all spend', ui_label: 'Admin (View Only)' },
  internal_user: {
    description: 'view/create/delete their own keys, view their own spend',
    ui_label: 'Internal User (Create/Delete/View)',
  },
  internal_user_viewer: {
    description: 'view their own keys, view their own spend',
    ui_label: 'Internal User (View Only)',
  },
} as const;

/** What is told of users, each to those who may see it. */
@Controller()
export class UserInfoController {
  constructor(
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
    private readonly answers: UserAnswers,
  ) {}

  /** Without an id: of the one that asks. */
  @Access('info')
  @Get('user/info')
  async info(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object> {
    return this.answers.detailed(await this.asked(request, query));
  }

  @Access('info')
  @Get('v2/user/info')
  async row(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object> {
    return this.answers.row(await this.asked(request, query));
  }

  @Access('viewer')
  @Get(['user/list', 'user/get_users'])
  async list(@Query() query: unknown): Promise<object> {
    const asked = readQuery(listQuery, query);
    const { items, total } = await this.page(asked);
    const memberships = await Promise.all(items.map(({ id }) => this.directory.membershipsOf(id)));
    return {
      users: await this.answers.rows(items, memberships.flat()),
      total,
      page: asked.page,
      page_size: asked.page_size,
      total_pages: pagesOf(total, asked.page_size),
    };
  }

  @Access('info')
  @Get('user/available_roles')
  roles(): object {
    return ROLES;
  }

  /** How many there are. LiteLLM's licence limits that; nothing does here. */
  @Access('viewer')
  @Get('user/available_users')
  async counts(@Query() query: unknown): Promise<object> {
    readQuery(z.object({}), query);
    const [users, teams] = await Promise.all([this.total('user'), this.total('team')]);
    return {
      ...{ total_users: null, total_users_used: users, total_users_remaining: null },
      ...{ total_teams: null, total_teams_used: teams, total_teams_remaining: null },
    };
  }

  /** For a form that asks for a user: whose id and e-mail address have these parts. */
  @Access('viewer')
  @Get('user/filter/ui')
  async pick(@Query() query: unknown): Promise<object[]> {
    const asked = readQuery(pickerQuery, query);
    const search = asked.user_email ?? asked.user_id;
    const filter: EntryFilter = { ...(search !== undefined && { search }), sortBy: 'id' };
    const { items } = await this.desk.list('user', filter, { page: asked.page, size: asked.page_size });
    return items.map(({ id, settings }) => ({ user_id: id, user_email: settings['user_email'] ?? null }));
  }

  private async total(kind: 'user' | 'team'): Promise<number> {
    return (await this.desk.list(kind, {}, { page: 1, size: 1 })).total;
  }

  /** Users that are named, or members of a team, are looked up one by one: a page of them is cut here. */
  private async page(asked: ListQuery): Promise<{ items: SpentEntry[]; total: number }> {
    const ids = await this.namedUsers(asked);
    const filter: EntryFilter = {
      ...(asked.role !== undefined && { role: asked.role }),
      ...(asked.user_email !== undefined && { search: asked.user_email }),
      sortBy: SORTS[asked.sort_by],
      descending: asked.sort_order === 'desc',
    };
    if (ids === undefined) return this.desk.list('user', filter, { page: asked.page, size: asked.page_size });
    const found = [...(await this.directory.findAll('user', ids.slice(0, MAX_NAMED))).values()];
    const wanted = found.filter((user) => isWanted(user, asked));
    const first = (asked.page - 1) * asked.page_size;
    return { items: wanted.slice(first, first + asked.page_size), total: wanted.length };
  }

  private async namedUsers({ user_ids: ids, team }: ListQuery): Promise<string[] | undefined> {
    if (ids !== undefined || team === undefined) return ids;
    const members = (await this.directory.membersOf('team', [team])).get(team) ?? [];
    return members.map(({ userId }) => userId);
  }

  private async asked(request: FastifyRequest, query: unknown): Promise<SpentEntry> {
    const by = authorityOf(request);
    const id = readQuery(one, query).user_id ?? by.userId ?? '';
    await checkSeesUser(by, id, this.directory);
    return this.directory.require('user', id, 'user_id');
  }
}

/** What one question to billing may name. */
const MAX_NAMED = 1_000;

function isWanted({ settings }: SpentEntry, { role, user_email: email }: ListQuery): boolean {
  const { user_role: ownRole, user_email: ownEmail } = settings;
  const hasEmail = (part: string): boolean =>
    typeof ownEmail === 'string' && ownEmail.toLowerCase().includes(part.toLowerCase());
  return (role === undefined || ownRole === role) && (email === undefined || hasEmail(email));
}
