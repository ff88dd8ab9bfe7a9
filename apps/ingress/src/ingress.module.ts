import { Module, type NestModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { BUS, type Bus } from '@tollgate/bus';
import { GATEWAY_CONFIG, type GatewayConfig } from '@tollgate/config';
import { Authenticator } from './auth/authenticator.js';
import { KeyCache } from './auth/key-cache.js';
import { KeyEventsController } from './auth/key-events.controller.js';
import { KeyNewsWatch } from './auth/key-news-watch.js';
import { ModelAccess } from './auth/model-access.js';
import { Admission } from './calls/admission.js';
import { CallService } from './calls/call.service.js';
import { CallTracker } from './calls/call-tracker.js';
import { ChatController } from './calls/chat.controller.js';
import { MessagesController } from './calls/messages.controller.js';
import { ErrorsFilter } from './http/errors.filter.js';
import { HttpDoor } from './http/http-door.js';
import { RouteGuard } from './http/route-guard.js';
import { RouteTable } from './http/route-table.js';
import { KeysController } from './keys/keys.controller.js';
import { ModelNames } from './models/model-names.js';
import { ModelsController } from './models/models.controller.js';
import { RootController } from './root.controller.js';
import { SpendController } from './spend/spend.controller.js';

/** Every controller with HTTP routes. */
export const HTTP_CONTROLLERS = [
  ChatController,
  KeysController,
  MessagesController,
  ModelsController,
  RootController,
  SpendController,
] as const;

/** The HTTP side of the gateway. Needs BUS, STATE, GATEWAY_CONFIG and ENVIRONMENT from a global module. */
@Module({
  controllers: [...HTTP_CONTROLLERS, KeyEventsController],
  providers: [
    Admission,
    Authenticator,
    CallService,
    CallTracker,
    HttpDoor,
    KeyNewsWatch,
    RouteGuard,
    RouteTable,
    {
      provide: KeyCache,
      useFactory: (bus: Bus, config: GatewayConfig) =>
        new KeyCache(bus, { ttlMs: config.general.keyCacheTtlMs }),
      inject: [BUS, GATEWAY_CONFIG],
    },
    {
      provide: ModelAccess,
      useFactory: (config: GatewayConfig) => new ModelAccess(config.aliases),
      inject: [GATEWAY_CONFIG],
    },
    {
      provide: ModelNames,
      useFactory: (config: GatewayConfig, access: ModelAccess) => new ModelNames(config, access),
      inject: [GATEWAY_CONFIG, ModelAccess],
    },
    { provide: APP_FILTER, useClass: ErrorsFilter },
  ],
})
export class IngressModule implements NestModule {
  constructor(private readonly door: HttpDoor) {}

  /** The one hook of Nest's that runs before it adds routes to the server: their hooks must be there by then. */
  configure(): void {
    this.door.open();
  }
}
