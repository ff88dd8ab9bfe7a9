import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { GatewayError } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallService } from '../calls/call.service.js';
import { Access } from '../http/access.decorator.js';
import { upgradeOf } from '../http/upgrades.js';
import { sessionRelay } from './relay-session.js';
import { readSessionRequest, upgradeRequired } from './session-request.js';

/** Below all of OpenAI's, and Azure's, base URLs. */
const at = (path: string): string[] =>
  ['v1', '', 'openai', 'openai/v1', 'v1/v1'].map((base) => [base, path].filter(Boolean).join('/'));

/** Sessions over a WebSocket. */
@Controller()
export class RealtimeController {
  constructor(
    private readonly calls: CallService,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Access('key', 'openai-realtime')
  @Get(at('realtime'))
  async open(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const upgrade = upgradeOf(request);
    if (upgrade === undefined) throw upgradeRequired();
    const asked = readSessionRequest(request);
    await this.calls.take(request, reply, { asked, relay: sessionRelay(this.bus, upgrade) });
  }

  /** NOTE a secret is a key of the provider's: what is done with it goes by no budget, limit or ledger of the gateway's. */
  @Access('key', 'openai-realtime')
  @Post(
    ['client_secrets', 'sessions', 'transcription_sessions', 'calls'].flatMap((name) =>
      at(`realtime/${name}`),
    ),
  )
  secrets(): never {
    throw new GatewayError(
      'endpoint_unsupported',
      'The gateway hands out no secrets of providers, whose use no budget would bind. Open a WebSocket at /v1/realtime with your key: browsers send it as the subprotocol openai-insecure-api-key.<key>.',
    );
  }
}
