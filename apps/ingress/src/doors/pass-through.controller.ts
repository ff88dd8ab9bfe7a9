import { All, Controller, Req, Res } from '@nestjs/common';
import { LiveConfig, passThroughOf } from '@tollgate/config';
import { GatewayError } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallService } from '../calls/call.service.js';
import { Access } from '../http/access.decorator.js';
import { passThroughRequest, PASS_THROUGH_PATH, pathOf } from './pass-through-request.js';

/** Endpoints of `pass_through_endpoints`, which `leadPassThroughs` leads here: bytes go and come as they are, billed by the request. */
@Controller()
export class PassThroughController {
  constructor(
    private readonly config: LiveConfig,
    private readonly calls: CallService,
  ) {}

  @Access('key', 'openai-chat', { anyBody: true })
  @All(`${PASS_THROUGH_PATH}/*`)
  pass(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const url = request.url.slice(PASS_THROUGH_PATH.length);
    const { passThroughs, keyHeaderName: ownHeader } = this.config.current.general;
    const endpoint = passThroughOf(passThroughs, pathOf(url));
    if (endpoint === undefined) throw new GatewayError('not_found', 'Not Found');
    const { methods } = endpoint;
    if (methods !== null && !methods.has(request.method)) throw wrongMethod([...methods]);
    return this.calls.take(request, reply, {
      asked: passThroughRequest(request, endpoint, { url, ownHeader }),
    });
  }
}

function wrongMethod(methods: readonly string[]): GatewayError {
  const allow = methods.toSorted().join(', ');
  return new GatewayError('method_not_allowed', `Method Not Allowed: use ${allow}.`, { headers: { allow } });
}
