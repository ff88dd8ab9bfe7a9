import { Module, type NestModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig } from '@tollgate/config';
import { Directory } from './admin/directory.js';
import { AlertsController } from './alerts/alerts.controller.js';
import { Authenticator } from './auth/authenticator.js';
import { Authorities } from './auth/authority.js';
import { KeyCache } from './auth/key-cache.js';
import { KeyEventsController } from './auth/key-events.controller.js';
import { KeyNewsWatch } from './auth/key-news-watch.js';
import { ModelAccess } from './auth/model-access.js';
import { Admission } from './calls/admission.js';
import { CallIntake } from './calls/call-intake.js';
import { CallService } from './calls/call.service.js';
import { CallTracker } from './calls/call-tracker.js';
import { ChatController } from './calls/chat.controller.js';
import { ClientCallIds } from './calls/client-call-ids.js';
import { MessagesController } from './calls/messages.controller.js';
import { ErrorsFilter } from './http/errors.filter.js';
import { HttpDoor } from './http/http-door.js';
import { RouteGuard } from './http/route-guard.js';
import { RouteTable } from './http/route-table.js';
import { KeyBulkController } from './keys/key-bulk.controller.js';
import { KeyDesk } from './keys/key-desk.js';
import { KeyInfoController } from './keys/key-info.controller.js';
import { KeyOwners } from './keys/key-owners.js';
import { KeysController } from './keys/keys.controller.js';
import { Deprecations } from './models/deprecations.js';
import { ModelNames } from './models/model-names.js';
import { ModelUsageController } from './models/model-usage.controller.js';
import { ModelsController } from './models/models.controller.js';
import { ModelEntries } from './models-admin/model-entries.js';
import { ModelGroups } from './models-admin/model-groups.js';
import { ModelInfoController } from './models-admin/model-info.controller.js';
import { ModelsAdmin } from './models-admin/models-admin.js';
import { ModelsAdminController } from './models-admin/models-admin.controller.js';
import { RootController } from './root.controller.js';
import { ExplainController } from './router-admin/explain.controller.js';
import { ExplanationsController } from './router-admin/explanations.controller.js';
import { Explanations } from './router-admin/explanations.js';
import { ReportsController } from './router-admin/reports.controller.js';
import { SpendController } from './spend/spend.controller.js';

/** Every controller with HTTP routes. */
export const HTTP_CONTROLLERS = [
  AlertsController,
  ChatController,
  ExplainController,
  KeyBulkController,
  KeyInfoController,
  KeysController,
  MessagesController,
  ModelInfoController,
  ModelUsageController,
  ModelsAdminController,
  ModelsController,
  ReportsController,
  RootController,
  SpendController,
] as const;

/** The HTTP side of the gateway. Needs what `PlatformModule` gives. */
@Module({
  controllers: [...HTTP_CONTROLLERS, ExplanationsController, KeyEventsController],
  providers: [
    Admission,
    Authenticator,
    Authorities,
    CallIntake,
    CallService,
    CallTracker,
    ClientCallIds,
    Deprecations,
    Directory,
    Explanations,
    HttpDoor,
    KeyDesk,
    KeyNewsWatch,
    KeyOwners,
    ModelAccess,
    ModelEntries,
    ModelGroups,
    ModelNames,
    ModelsAdmin,
    RouteGuard,
    RouteTable,
    {
      provide: KeyCache,
      useFactory: (bus: Bus, config: LiveConfig) =>
        new KeyCache(bus, { ttlMs: () => config.current.general.keyCacheTtlMs }),
      inject: [BUS, LiveConfig],
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
