import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { GatewayError, toGatewayError } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { authorityOf, type Authority } from '../../auth/authority.js';
import { KeyCache } from '../../auth/key-cache.js';
import { Access } from '../../http/access.decorator.js';
import { readJsonObject } from '../../http/json-body.js';
import { generatedKey } from '../../keys/key-answers.js';
import { Directory } from '../directory.js';
import { EntryDesk } from '../entries/entry-desk.js';
import { invalidField } from '../fields/field-errors.js';
import { object } from '../fields/field-use.js';
import { parse } from '../fields/read-record.js';
import { momentOf } from '../moment.js';
import { UserAnswers } from './user-answers.js';
import { UserDesk } from './user-desk.js';
import { checkUserDeletion } from './user-rights.js';

const MAX_USERS = 500;

const bulk = z.strictObject({
  users: z.array(object).min(1, 'is empty').max(MAX_USERS, `has more than ${MAX_USERS} entries`).nullish(),
  all_users: z.boolean().nullish(),
  user_updates: object.nullish(),
});
const deletion = z.object({
  user_ids: z.array(z.string().min(1)).min(1, 'is empty').max(1_000),
  organization_id: z.string().nullish(),
});

/** Users, in LiteLLM's shapes: made, changed and deleted. */
@Controller('user')
export class UsersController {
  constructor(
    private readonly users: UserDesk,
    private readonly desk: EntryDesk,
    private readonly directory: Directory,
    private readonly answers: UserAnswers,
    private readonly keys: KeyCache,
    private readonly live: LiveConfig,
  ) {}

  @Access('manage')
  @Post('new')
  @HttpCode(200)
  async create(@Req() request: FastifyRequest): Promise<object> {
    const { user, key } = await this.users.create(authorityOf(request), readJsonObject(request.body));
    const made = key === null ? {} : generatedKey(key.text, key.found, undefined, momentOf(this.live));
    return { ...made, ...(await this.answers.row(user)) };
  }

  @Access('manage')
  @Post('update')
  @HttpCode(200)
  async update(@Req() request: FastifyRequest): Promise<object> {
    const user = await this.users.change(authorityOf(request), readJsonObject(request.body));
    return { user_id: user.id, data: await this.answers.row(user) };
  }

  /** Each succeeds or fails by itself. */
  @Access('manage')
  @Post('bulk_update')
  @HttpCode(200)
  async updateMany(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const { users, all_users: all, user_updates: updates } = parse(bulk, readJsonObject(request.body));
    const wanted = all === true ? await this.everyone(by, updates ?? {}) : (users ?? []);
    if (wanted.length === 0) throw invalidField('users', 'or all_users with user_updates is required');
    const results: object[] = [];
    let failed = 0;
    for (const body of wanted) {
      const named = { user_id: body['user_id'] ?? null, user_email: body['user_email'] ?? null };
      try {
        const user = await this.users.change(by, body);
        results.push({
          ...named,
          user_id: user.id,
          success: true,
          updated_user: await this.answers.row(user),
        });
      } catch (cause) {
        failed += 1;
        results.push({ ...named, success: false, error: toGatewayError(cause).message });
      }
    }
    return {
      results,
      total_requested: wanted.length,
      successful_updates: wanted.length - failed,
      failed_updates: failed,
    };
  }

  /** With the keys and memberships of the users; the answer is how many there were. */
  @Access('manage')
  @Post('delete')
  @HttpCode(200)
  async delete(@Req() request: FastifyRequest): Promise<number> {
    const by = authorityOf(request);
    const { user_ids: ids } = parse(deletion, readJsonObject(request.body));
    for (const id of ids)
      await checkUserDeletion(by, await this.directory.require('user', id, 'user_ids'), this.directory);
    const { deleted, deletedKeys } = await this.desk.delete(by.actor, 'user', ids);
    for (const hash of deletedKeys) this.keys.drop(hash);
    return deleted.length;
  }

  private async everyone(
    by: Authority,
    updates: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, unknown>[]> {
    if (!by.isAdmin) throw new GatewayError('forbidden', "'all_users' is for proxy admins only");
    if (updates['user_id'] !== undefined || updates['user_email'] !== undefined)
      throw invalidField('user_updates', 'are for all users: they cannot name one');
    const { items, total } = await this.desk.list('user', {}, { page: 1, size: MAX_USERS });
    if (total > MAX_USERS)
      throw invalidField('all_users', `are ${total}: name ${MAX_USERS} at a time in 'users'`);
    return items.map(({ id }) => ({ ...updates, user_id: id }));
  }
}
