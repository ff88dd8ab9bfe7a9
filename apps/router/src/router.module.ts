import { Module } from '@nestjs/common';
import { GATEWAY_CONFIG, type GatewayConfig } from '@tollgate/config';
import { STATE, type State } from '@tollgate/state';
import { CallRouter } from './call-router.js';
import { CoolingMonitor } from './cooling-monitor.js';
import { RouteCallController } from './route-call.controller.js';

/** The deployments and their health; which of them answers a call. Needs the platform's config and state. */
@Module({
  controllers: [RouteCallController],
  providers: [
    CoolingMonitor,
    {
      provide: CallRouter,
      useFactory: (config: GatewayConfig, state: State) => new CallRouter(config, state),
      inject: [GATEWAY_CONFIG, STATE],
    },
  ],
})
export class RouterModule {}
