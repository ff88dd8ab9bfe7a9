import { Controller, Get, Query, Req } from '@nestjs/common';
import { GatewayError } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.js';
import { Access } from '../http/access.decorator.js';
import { ModelEntries } from './model-entries.js';
import { ModelGroups } from './model-groups.js';
import { modelPage } from './model-page.js';

/** What is known of the models, in LiteLLM's shapes. Never with a credential. */
@Controller()
export class ModelInfoController {
  constructor(
    private readonly entries: ModelEntries,
    private readonly groups: ModelGroups,
  ) {}

  /** A virtual key sees the models that it may call. */
  @Access('any')
  @Get(['model/info', 'v1/model/info'])
  info(@Req() request: FastifyRequest, @Query('litellm_model_id') id?: string): object {
    const data = this.entries.visibleTo(callerOf(request).principal);
    if (id === undefined || id === '') return { data };
    const one = data.find((entry) => entry.model_info.id === id);
    if (one !== undefined) return { data: [one] };
    throw new GatewayError('invalid_request', `Model id = ${id} not found on litellm proxy`, {
      param: 'litellm_model_id',
    });
  }

  @Access('viewer')
  @Get('v2/model/info')
  page(@Req() request: FastifyRequest, @Query() query: unknown): object {
    return modelPage(this.entries.visibleTo(callerOf(request).principal), query);
  }

  /** A virtual key sees the names that it may call. */
  @Access('any')
  @Get('model_group/info')
  group(@Req() request: FastifyRequest, @Query('model_group') name?: string): object {
    const { models } = callerOf(request).principal;
    return { data: this.groups.visibleTo(models, name === undefined || name === '' ? null : name) };
  }
}
