import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { GatewayError, explainCall } from '@tollgate/contracts';
import type { FastifyRequest } from 'fastify';
import { callerOf, type Caller } from '../auth/caller.js';
import { KeyCache } from '../auth/key-cache.js';
import { hashOfKey } from '../auth/key-digests.js';
import { CallIntake } from '../calls/call-intake.js';
import { readCallRequest } from '../calls/call-request.js';
import { ClientCallIds } from '../calls/client-call-ids.js';
import { Access } from '../http/access.decorator.js';
import { queryText } from '../http/query-text.js';
import { explainAnswer } from './explain-answer.js';
import { Explanations } from './explanations.js';

/** Why a call went where it went, and where a call would go. */
@Controller('router/explain')
export class ExplainController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly explanations: Explanations,
    private readonly intake: CallIntake,
    private readonly ids: ClientCallIds,
    private readonly keys: KeyCache,
  ) {}

  /** By our id of the call, or by the client's own where this replica took the call. */
  @Access('viewer')
  @Get(':id')
  async decision(@Param('id') id: string): Promise<object> {
    const decision = await this.explanations.ask(this.ids.ourIdOf(id) ?? id);
    if (decision === null)
      throw new GatewayError(
        'not_found',
        `No router remembers the call '${id}': each keeps the decisions of its last calls.`,
        { param: 'id' },
      );
    return explainAnswer(decision);
  }

  /** A dry run: the body of a chat call, or of a messages call where `anthropic-version` is sent. `?key=` asks as that key. */
  @Access('admin')
  @Post()
  @HttpCode(200)
  async dryRun(@Req() request: FastifyRequest, @Query('key') keyText?: unknown): Promise<object> {
    const key = queryText(keyText, 'key');
    const { headers, body } = request;
    const dialect = headers['anthropic-version'] === undefined ? 'openai-chat' : 'anthropic-messages';
    const asked = readCallRequest(body, { dialect });
    const caller = key === undefined ? callerOf(request) : await this.callerBy(key);
    const applicant = { headers, asked, caller };
    const { header } = this.intake.headerOf(this.intake.describe(applicant), applicant);
    return explainAnswer(await this.bus.request(explainCall, header));
  }

  private async callerBy(key: string): Promise<Caller> {
    const caller = await this.keys.find(hashOfKey(key));
    if (caller === null) throw new GatewayError('not_found', 'Key not found in database', { param: 'key' });
    return caller;
  }
}
