import { randomUUID } from 'node:crypto';
import { Controller, Get, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { LiveConfig, type CacheSettings } from '@tollgate/config';
import { GatewayError } from '@tollgate/contracts';
import { STATE, type State, type TextCacheFacts } from '@tollgate/state';
import type { FastifyRequest } from 'fastify';
import { Access } from '../http/access.decorator.js';
import { readJsonObject } from '../http/json-body.js';
import { cacheName } from './cache-key.js';

const PING_MS = 10_000;

/** The response cache for its administrators, in LiteLLM's shapes. */
@Controller('cache')
export class CacheController {
  constructor(
    @Inject(STATE) private readonly state: State,
    private readonly config: LiveConfig,
  ) {}

  /** Keeps something, and reads it. */
  @Access('viewer')
  @Get('ping')
  async ping(): Promise<object> {
    const { type, ttlMs, namespace, mode } = this.settings();
    const name = `ping:${randomUUID()}`;
    await this.state.cache.keepText(name, 'pong', PING_MS);
    const isThere = (await this.state.cache.findText(name)) === 'pong';
    await this.state.cache.dropText(name);
    if (!isThere) throw new GatewayError('service_unavailable', 'The cache does not keep what it is given.');
    const params = { type, ttl: ttlMs / 1_000, namespace: namespace === '' ? null : namespace, mode };
    return {
      ...{ status: 'healthy', cache_type: type, ping_response: true, set_cache_response: 'success' },
      litellm_cache_params: JSON.stringify(params),
      health_check_cache_params: params,
    };
  }

  /** `keys`: as answers have them in `x-litellm-cache-key`. */
  @Access('admin')
  @Post('delete')
  @HttpCode(200)
  async remove(@Req() request: FastifyRequest): Promise<object> {
    const { keys } = readJsonObject(request.body);
    if (!Array.isArray(keys) || keys.some((key) => typeof key !== 'string'))
      throw new GatewayError('invalid_request', "'keys' is required: a list of keys", { param: 'keys' });
    const dropped = await Promise.all((keys as string[]).map((key) => this.state.cache.dropText(key)));
    return { status: 'success', deleted: dropped.filter(Boolean).length };
  }

  /** All of it, or `namespace` alone. */
  @Access('admin')
  @Post('flushall')
  @HttpCode(200)
  async flush(@Req() request: FastifyRequest): Promise<object> {
    const { namespace } = readJsonObject(request.body);
    if (namespace !== undefined && typeof namespace !== 'string')
      throw new GatewayError('invalid_request', "'namespace' must be a text", { param: 'namespace' });
    const deleted = await this.state.cache.flushTexts(
      namespace === undefined ? '' : cacheName(namespace, ''),
    );
    return { status: 'success', deleted };
  }

  @Access('viewer')
  @Get('redis/info')
  async info(): Promise<object> {
    const { texts, bytes, server }: TextCacheFacts = await this.state.cache.describeTexts();
    if (server === null)
      throw new GatewayError('invalid_request', 'The cache is in memory: there is no Redis to tell of.');
    return {
      num_clients: Number(server['connected_clients'] ?? 0),
      info: server,
      tollgate_cache: { entries: texts, bytes },
    };
  }

  private settings(): CacheSettings {
    const { cache } = this.config.current.general;
    if (cache !== null) return cache;
    throw new GatewayError('service_unavailable', 'Nothing is cached: litellm_settings.cache is not true.');
  }
}
