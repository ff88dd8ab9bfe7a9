import { Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { listKeys, type SpentKey } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Directory } from '../admin/directory.js';
import { parse } from '../admin/fields/read-record.js';
import { page, pagesOf, readPage, wholeNumber } from '../admin/paging.js';
import { authorityOf, type Authority } from '../auth/authority.js';
import { hashOfKey } from '../auth/key-digests.js';
import { Access } from '../http/access.decorator.js';
import { readJsonObject } from '../http/json-body.js';
import { readQuery } from '../http/read-query.js';
import { KeyDesk } from './key-desk.js';
import { keyFilter, keyListQuery } from './key-list.js';
import { checkSeesKey, notYourKey, seesKey } from './key-rights.js';
import { KeyRows } from './key-rows.js';

const infoQuery = z.object({ key: z.string().optional() });
const infoBody = z.object({ keys: z.array(z.string().min(1)).min(1).max(100, 'has more than 100 entries') });
const aliasQuery = z.object({
  page,
  size: wholeNumber(100).default(50),
  search: z.string().optional(),
  team_id: z.string().optional(),
});

/** What is told of keys, each to those who may see it. */
@Controller()
export class KeyInfoController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly desk: KeyDesk,
    private readonly directory: Directory,
    private readonly rows: KeyRows,
  ) {}

  /** Without a key: of the one that asks. */
  @Access('info')
  @Get('key/info')
  async info(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object> {
    const by = authorityOf(request);
    const { key } = readQuery(infoQuery, query);
    const found = await this.visible(by, key === undefined || key === '' ? by.actor.keyHash : hashOfKey(key));
    return { key: found.key.hash, info: withoutToken(await this.rows.detailed(found)) };
  }

  @Access('info')
  @Post('v2/key/info')
  @HttpCode(200)
  async infos(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const { keys } = parse(infoBody, readJsonObject(request.body));
    const hashes = keys.map(hashOfKey);
    const found = await readPage({ page: 1, size: hashes.length }, ({ offset, limit }) =>
      this.page({ hashes: hashes.slice(offset, offset + limit), limit }),
    );
    const teams = await this.directory.findAll(
      'team',
      found.items.map(({ key }) => key.teamId),
    );
    const visible = found.items.filter(({ key }) => seesKey(by, key, teams.get(key.teamId ?? '')));
    return { key: keys.map(hashOfKey), info: await this.rows.of(visible) };
  }

  @Access('info')
  @Get('key/list')
  async list(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object> {
    const asked = readQuery(keyListQuery, query);
    const filter = keyFilter(asked, authorityOf(request));
    const { items, total } = await readPage(asked, (part) => this.page({ ...filter, ...part }));
    const isFull = asked.return_full_object || asked.expand !== undefined;
    const rows = isFull ? await this.rows.of(items) : items.map(({ key }) => key.hash);
    return {
      keys: asked.expand === undefined ? rows : await this.withUsers(rows as Record<string, unknown>[]),
      total_count: total,
      current_page: asked.page,
      total_pages: pagesOf(total, asked.size),
    };
  }

  @Access('info')
  @Get('key/aliases')
  async aliases(@Req() request: FastifyRequest, @Query() query: unknown): Promise<object> {
    const asked = readQuery(aliasQuery, query);
    const { page: current, size, search, team_id: teamId } = asked;
    const own = keyListQuery.parse({
      ...(teamId !== undefined && { team_id: teamId }),
      sort_by: 'key_alias',
    });
    const filter = { ...keyFilter({ ...own, sort_order: 'asc' }, authorityOf(request)), alias: search ?? '' };
    const { items, total } = await readPage(asked, (part) => this.page({ ...filter, ...part }));
    return {
      aliases: items.map(({ key }) => key.alias).filter((alias) => alias !== null),
      total_count: total,
      current_page: current,
      total_pages: pagesOf(total, size),
      size,
    };
  }

  /** Whether the key that asks is good for calls; it has no logging callbacks of its own. */
  @Access('any')
  @Post('key/health')
  @HttpCode(200)
  health(): object {
    const details = 'No logger callbacks configured.';
    return { key: 'healthy', logging_callbacks: { callbacks: [], status: 'healthy', details } };
  }

  private async visible(by: Authority, hash: string): Promise<SpentKey> {
    const found = await this.desk.find(hash, true).catch((cause: unknown) => {
      // Whether there is such a key is nobody else's business.
      throw by.seesAll ? cause : notYourKey(by);
    });
    const team = by.seesAll ? undefined : await this.directory.find('team', found.key.teamId);
    checkSeesKey(by, found.key, team);
    return found;
  }

  private async page(query: z.infer<typeof listKeys.input>): Promise<{ items: SpentKey[]; total: number }> {
    const { keys, total } = await this.bus.request(listKeys, query);
    return { items: keys, total };
  }

  private async withUsers(rows: readonly Record<string, unknown>[]): Promise<object[]> {
    const users = await this.directory.findAll(
      'user',
      rows.map((row) => row['user_id'] as string | null),
    );
    return rows.map((row) => {
      const user = users.get(String(row['user_id']));
      const { alias = null, settings = {} } = user ?? {};
      const shown = { user_id: user?.id, user_alias: alias, user_email: settings['user_email'] ?? null };
      return { ...row, user: user === undefined ? null : shown };
    });
  }
}

const withoutToken = (row: Record<string, unknown>): object => {
  const { token: _token, ...info } = row;
  return info;
};
