import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { CallRpcContext } from '@tollgate/bus';
import { routeCall, type CallHeader, type Outcome } from '@tollgate/contracts';
import { CallRouter } from './call-router.js';

@Controller()
export class RouteCallController {
  constructor(private readonly router: CallRouter) {}

  @MessagePattern(routeCall.subject)
  route(@Payload() header: CallHeader, @Ctx() context: CallRpcContext): Promise<Outcome> {
    return this.router.route(header, context.call);
  }
}
