import { Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { GatewayError, NO_LIMITS, createKey, deleteKeys, findKey, type NewKey } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { ADMIN_USER, callerOf } from '../auth/caller.js';
import { KeyCache } from '../auth/key-cache.js';
import { digestOf, hashOfKey } from '../auth/key-digests.js';
import { MAX_KEY_LENGTH, maskKey, newKeyText } from '../auth/key-text.js';
import { Access } from '../http/access.decorator.js';
import { readJsonObject } from '../http/json-body.js';
import { queryText } from '../http/query-text.js';
import { generatedKey, keyInfo } from './key-answers.js';
import { expiryOf } from './key-duration.js';
import { readDeleteKeys, readGenerateKey } from './key-request.js';
import { readRouterSettings } from './router-settings.js';

/** 16 characters after `sk-`: what anyone would type by hand is shorter. */
const MIN_KEY_LENGTH = 19;

/** Virtual keys, in LiteLLM's shapes. Keys become hashes here: billing never sees one. */
@Controller('key')
export class KeysController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly keys: KeyCache,
  ) {}

  @Access('admin')
  @Post('generate')
  @HttpCode(200)
  async generate(@Req() request: FastifyRequest): Promise<object> {
    const wanted = readGenerateKey(readJsonObject(request.body));
    const routing = readRouterSettings(wanted.router_settings);
    const text = ownKey(wanted.key) ?? newKeyText();
    const { hash } = digestOf(text);
    const { actor } = callerOf(request);
    const key: NewKey = {
      hash,
      name: maskKey(text),
      alias: wanted.key_alias ?? null,
      models: wanted.models ?? [],
      userId: wanted.user_id ?? null,
      teamId: wanted.team_id ?? null,
      organizationId: null,
      projectId: null,
      blocked: false,
      metadata: wanted.metadata ?? {},
      ...(routing !== undefined && { routing }),
      limits: {
        ...NO_LIMITS,
        requestsPerMinute: wanted.rpm_limit ?? null,
        tokensPerMinute: wanted.tpm_limit ?? null,
        maxParallelRequests: wanted.max_parallel_requests ?? null,
      },
      budgetId: null,
      policy: {},
      allowedRoutes: [],
      type: 'default',
      settings: {},
      expiresAt: expiryOf(wanted.duration ?? null, Date.now()),
    };
    const record = await this.bus.request(createKey, { actor, key });
    this.keys.drop(hash);
    return generatedKey(text, record, ADMIN_USER);
  }

  @Access('key')
  @Get('info')
  async info(@Req() request: FastifyRequest, @Query('key') key?: unknown): Promise<object> {
    const { principal } = callerOf(request);
    const asked = queryText(key, 'key');
    const hash = asked === undefined ? principal.keyHash : hashOfKey(asked);
    if (!principal.isAdmin && hash !== principal.keyHash)
      throw new GatewayError('admin_only', 'A virtual key may see its own information only.', {
        status: 403,
      });
    const found = await this.bus.request(findKey, { hash });
    if (found === null) throw new GatewayError('not_found', 'Key not found in database', { param: 'key' });
    return keyInfo(found.key, found.spendNanos);
  }

  @Access('admin')
  @Post('delete')
  @HttpCode(200)
  async delete(@Req() request: FastifyRequest): Promise<object> {
    const { keys, aliases } = readDeleteKeys(readJsonObject(request.body));
    const { deleted } = await this.bus.request(deleteKeys, {
      actor: callerOf(request).actor,
      hashes: keys.map(hashOfKey),
      aliases,
    });
    for (const hash of deleted) this.keys.drop(hash);
    if (deleted.length === 0)
      throw new GatewayError('not_found', 'Key not found in database', { param: 'keys' });
    // Hashes, where LiteLLM repeats what was sent: a key is shown once, when it is made.
    return { deleted_keys: deleted };
  }
}

/** A key of the admin's own making. */
function ownKey(key: string | null | undefined): string | null {
  if (key === null || key === undefined) return null;
  if (!/^sk-[\x21-\x7e]+$/.test(key) || key.length < MIN_KEY_LENGTH || key.length > MAX_KEY_LENGTH)
    throw new GatewayError(
      'invalid_request',
      `'key' must start with 'sk-' and have ${MIN_KEY_LENGTH} to ${MAX_KEY_LENGTH} printable characters`,
      { param: 'key' },
    );
  return key;
}
