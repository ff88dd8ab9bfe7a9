import { Controller } from '@nestjs/common';
import { CallPattern, type CallContext } from '@tollgate/bus';
import { routeCall, type CallHeader, type Outcome } from '@tollgate/contracts';
import { CallRouter } from './call-router.js';

@Controller()
export class RouteCallController {
  constructor(private readonly router: CallRouter) {}

  @CallPattern(routeCall)
  route(header: CallHeader, call: CallContext): Promise<Outcome> {
    return this.router.route(header, call);
  }
}
