import { Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig } from '@tollgate/config';
import { GatewayError, resetSpend, type SpentKey } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Directory } from '../admin/directory.js';
import { own } from '../admin/fields/field-use.js';
import { parse } from '../admin/fields/read-record.js';
import { dollars } from '../admin/limits/limit-schemas.js';
import { momentOf } from '../admin/moment.js';
import { authorityOf } from '../auth/authority.js';
import { hashOfKey } from '../auth/key-digests.js';
import { toDollars } from '../dollars.js';
import { Access } from '../http/access.decorator.js';
import { readJsonObject } from '../http/json-body.js';
import { generatedKey } from './key-answers.js';
import { KeyDesk, type MadeKey } from './key-desk.js';
import { expiryOf } from './key-duration.js';
import { KeyRows } from './key-rows.js';
import { ownKey, readDeleteKeys, readKeyChange, readNewKey } from './key-request.js';

const named = z.object({ key: z.string('is required').min(1, 'is required') });
const rotation = z.object({ new_key: z.string().nullish(), grace_period: z.string().nullish() });
const ROTATION_FIELDS = {
  key: own(z.string()),
  new_key: own(z.string()),
  grace_period: own(z.string()),
};

/** Virtual keys, in LiteLLM's shapes. */
@Controller('key')
export class KeysController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly desk: KeyDesk,
    private readonly directory: Directory,
    private readonly rows: KeyRows,
    private readonly live: LiveConfig,
  ) {}

  @Access('manage')
  @Post('generate')
  @HttpCode(200)
  async generate(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const wanted = readNewKey(readJsonObject(request.body), Date.now());
    if (!by.isAdmin) wanted.patch.userId ??= by.userId;
    return this.shown(await this.desk.make(by, wanted, '/key/generate'));
  }

  /** A key of a team and of nobody in it. */
  @Access('manage')
  @Post('service-account/generate')
  @HttpCode(200)
  async generateForService(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const wanted = readNewKey(readJsonObject(request.body), Date.now());
    const { patch } = wanted;
    if (patch.teamId === undefined || patch.teamId === null)
      throw new GatewayError(
        'invalid_request',
        'team_id is required for service account keys. Please specify `team_id` in the request body.',
        { param: 'team_id' },
      );
    patch.userId = null;
    patch.metadata = { ...patch.metadata, service_account_id: patch.alias ?? null };
    return this.shown(await this.desk.make(by, wanted, '/key/service-account/generate'));
  }

  @Access('manage')
  @Post('update')
  @HttpCode(200)
  async update(@Req() request: FastifyRequest): Promise<object> {
    const by = authorityOf(request);
    const body = readJsonObject(request.body);
    const { key } = parse(named, { key: body['key'] });
    const claim = await this.desk.claim(by, key, '/key/update');
    const fields = { key: own(z.string()), spend: own(dollars) };
    const { patch, own: rest } = readKeyChange(body, claim.found.key, { fields, now: Date.now() });
    const reset = parse(z.object({ spend: z.number().nullish() }), rest).spend;
    if (reset !== undefined && reset !== null && claim.right !== 'admin')
      throw new GatewayError('forbidden', "'spend' can be changed by an admin only", { param: 'spend' });
    const changed = await this.desk.change(by, claim, patch, '/key/update');
    const spendNanos = typeof reset === 'number' ? await this.reset(by, claim.found.key.hash, reset) : null;
    return {
      ...(await this.row({ ...changed, ...(spendNanos !== null && { spendNanos: spendNanos.spendNanos }) })),
      key,
    };
  }

  @Access('manage')
  @Post('delete')
  @HttpCode(200)
  async delete(@Req() request: FastifyRequest): Promise<object> {
    const { keys, aliases } = readDeleteKeys(readJsonObject(request.body));
    // Hashes, where LiteLLM repeats what was sent: a key is shown once, when it is made.
    return { deleted_keys: await this.desk.delete(authorityOf(request), keys.map(hashOfKey), aliases) };
  }

  @Access('manage')
  @Post('block')
  @HttpCode(200)
  block(@Req() request: FastifyRequest): Promise<object> {
    return this.setBlocked(request, true);
  }

  @Access('manage')
  @Post('unblock')
  @HttpCode(200)
  unblock(@Req() request: FastifyRequest): Promise<object> {
    return this.setBlocked(request, false);
  }

  @Access('manage')
  @Post(['regenerate', ':key/regenerate'])
  @HttpCode(200)
  async regenerate(@Req() request: FastifyRequest, @Param('key') inPath?: string): Promise<object> {
    const by = authorityOf(request);
    const body = readJsonObject(request.body);
    if (body['new_master_key'] !== undefined)
      throw new GatewayError('invalid_request', "'new_master_key' is not supported: set it in the config", {
        param: 'new_master_key',
      });
    const { key } = parse(named, { key: inPath ?? body['key'] });
    const claim = await this.desk.claim(by, key, '/key/regenerate');
    const now = Date.now();
    const { patch, own: rest } = readKeyChange(body, claim.found.key, { fields: ROTATION_FIELDS, now });
    const asked = parse(rotation, rest);
    const graceUntil = expiryOf(asked.grace_period ?? null, now, 'grace_period');
    const wanted = { key: ownKey(asked.new_key, 'new_key'), graceUntil, patch };
    return this.shown(await this.desk.rotate(by, claim, wanted, '/key/regenerate'));
  }

  @Access('manage')
  @Post(':key/reset_spend')
  @HttpCode(200)
  async resetSpend(@Req() request: FastifyRequest, @Param('key') key: string): Promise<object> {
    const by = authorityOf(request);
    const { reset_to: toNanos } = parse(z.object({ reset_to: dollars }), readJsonObject(request.body));
    const { found, right } = await this.desk.claim(by, key, '/key/update');
    if (right !== 'admin') throw new GatewayError('forbidden', 'Spend can be reset by an admin only');
    const { spendNanos, previousNanos } = await this.reset(by, found.key.hash, toNanos);
    return {
      key_hash: found.key.hash,
      spend: toDollars(spendNanos),
      previous_spend: toDollars(previousNanos),
    };
  }

  private async setBlocked(request: FastifyRequest, blocked: boolean): Promise<object> {
    const by = authorityOf(request);
    const { key } = parse(named, readJsonObject(request.body));
    const claim = await this.desk.claim(by, key, blocked ? '/key/block' : '/key/unblock');
    return this.row(await this.desk.change(by, claim, { blocked }, '/key/update'));
  }

  private reset({ actor }: ReturnType<typeof authorityOf>, hash: string, toNanos: number) {
    return this.bus.request(resetSpend, { actor, scope: { kind: 'key', id: hash }, toNanos });
  }

  private async shown({ text, found }: MadeKey): Promise<object> {
    const tier = await this.directory.find('budget', found.key.budgetId);
    return generatedKey(text, found, tier, momentOf(this.live));
  }

  private async row(found: SpentKey): Promise<object> {
    const [row] = await this.rows.of([found]);
    return row ?? {};
  }
}
