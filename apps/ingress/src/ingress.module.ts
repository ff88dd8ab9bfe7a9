import { Module, type NestModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig } from '@tollgate/config';
import { AccessGroupsController } from './admin/access-groups/access-groups.controller.js';
import { UnifiedAccessGroupsController } from './admin/access-groups/unified-access-groups.controller.js';
import { AuditController } from './admin/audit/audit.controller.js';
import { BudgetsController } from './admin/budgets/budgets.controller.js';
import { CustomersController } from './admin/customers/customers.controller.js';
import { Directory } from './admin/directory.js';
import { EntryDesk } from './admin/entries/entry-desk.js';
import { Grants } from './admin/grants.js';
import { MemberDesk } from './admin/members/member-desk.js';
import { OrganizationMembersController } from './admin/organizations/organization-members.controller.js';
import { OrganizationsController } from './admin/organizations/organizations.controller.js';
import { ProjectsController } from './admin/projects/projects.controller.js';
import { BudgetReadings } from './admin/spend/budget-readings.js';
import { TagsController } from './admin/tags/tags.controller.js';
import { TeamAnswers } from './admin/teams/team-answers.js';
import { TeamInfoController } from './admin/teams/team-info.controller.js';
import { TeamMembersController } from './admin/teams/team-members.controller.js';
import { TeamsController } from './admin/teams/teams.controller.js';
import { UserAnswers } from './admin/users/user-answers.js';
import { UserDesk } from './admin/users/user-desk.js';
import { UserInfoController } from './admin/users/user-info.controller.js';
import { UsersController } from './admin/users/users.controller.js';
import { AlertsController } from './alerts/alerts.controller.js';
import { BudgetNews } from './alerts/budget-news.js';
import { AccessGroups } from './auth/access-groups.js';
import { Authenticator } from './auth/authenticator.js';
import { Authorities } from './auth/authority.js';
import { KeyCache } from './auth/key-cache.js';
import { KeyEventsController } from './auth/key-events.controller.js';
import { KeyNewsWatch } from './auth/key-news-watch.js';
import { ScopeCache } from './auth/scope-cache.js';
import { Bindings } from './budgets/bindings.js';
import { CallLimitBooks } from './budgets/call-limit-books.js';
import { Estimates } from './budgets/estimates.js';
import { ReservationController } from './budgets/reservation.controller.js';
import { ModelAccess } from './auth/model-access.js';
import { Admission } from './calls/admission.js';
import { CallEntry } from './calls/call-entry.js';
import { CallIntake } from './calls/call-intake.js';
import { CallService } from './calls/call.service.js';
import { InnerCalls } from './calls/inner-calls.js';
import { CallTracker } from './calls/call-tracker.js';
import { CacheController } from './cache/cache.controller.js';
import { ResponseCache } from './cache/response-cache.js';
import { SemanticCache } from './cache/semantic/semantic-cache.js';
import { ClientCallIds } from './calls/client-call-ids.js';
import { CallPreviews } from './doors/call-previews.js';
import { DOOR_CONTROLLERS } from './doors/door-parts.js';
import { Guardrails } from './guardrails/guardrails.js';
import { GuardrailsController } from './guardrails/guardrails.controller.js';
import { Judges } from './guardrails/judges/judges.js';
import { ErrorsFilter } from './http/errors.filter.js';
import { HttpDoor } from './http/http-door.js';
import { RouteGuard } from './http/route-guard.js';
import { RouteTable } from './http/route-table.js';
import { KeyBulkController } from './keys/key-bulk.controller.js';
import { KeyDesk } from './keys/key-desk.js';
import { KeyExplainController } from './keys/key-explain.controller.js';
import { KeyInfoController } from './keys/key-info.controller.js';
import { KeyOwners } from './keys/key-owners.js';
import { KeyRows } from './keys/key-rows.js';
import { KeysController } from './keys/keys.controller.js';
import { McpEventsController } from './mcp/mcp-events.controller.js';
import { MCP_CONTROLLERS, MCP_PROVIDERS } from './mcp/mcp-parts.js';
import { Deprecations } from './models/deprecations.js';
import { ModelNames } from './models/model-names.js';
import { ModelUsageController } from './models/model-usage.controller.js';
import { ModelsController } from './models/models.controller.js';
import { ModelEntries } from './models-admin/model-entries.js';
import { ModelGroups } from './models-admin/model-groups.js';
import { ModelInfoController } from './models-admin/model-info.controller.js';
import { ModelsAdmin } from './models-admin/models-admin.js';
import { ModelsAdminController } from './models-admin/models-admin.controller.js';
import { EarlierTurns } from './responses/earlier-turns.js';
import { ProviderResponses } from './responses/provider-responses.js';
import { ResponseRecords } from './responses/response-records.js';
import { ResponsesController } from './responses/responses.controller.js';
import { RootController } from './root.controller.js';
import { ExplainController } from './router-admin/explain.controller.js';
import { ExplanationsController } from './router-admin/explanations.controller.js';
import { Explanations } from './router-admin/explanations.js';
import { ReportsController } from './router-admin/reports.controller.js';
import { SPEND_CONTROLLERS } from './spend/spend-parts.js';

/** Every controller with HTTP routes. */
export const HTTP_CONTROLLERS = [
  ...DOOR_CONTROLLERS,
  ...MCP_CONTROLLERS,
  ...SPEND_CONTROLLERS,
  AccessGroupsController,
  AlertsController,
  AuditController,
  BudgetsController,
  CacheController,
  CustomersController,
  ExplainController,
  GuardrailsController,
  KeyBulkController,
  KeyExplainController,
  KeyInfoController,
  KeysController,
  ModelInfoController,
  ModelUsageController,
  ModelsAdminController,
  ModelsController,
  OrganizationMembersController,
  OrganizationsController,
  ProjectsController,
  ReportsController,
  ResponsesController,
  RootController,
  TagsController,
  TeamInfoController,
  TeamMembersController,
  TeamsController,
  UnifiedAccessGroupsController,
  UserInfoController,
  UsersController,
] as const;

/** The HTTP side of the gateway. Needs what `PlatformModule` gives. */
@Module({
  controllers: [
    ...HTTP_CONTROLLERS,
    ExplanationsController,
    KeyEventsController,
    McpEventsController,
    ReservationController,
  ],
  providers: [
    ...MCP_PROVIDERS,
    AccessGroups,
    Admission,
    CallPreviews,
    Authenticator,
    Authorities,
    Bindings,
    BudgetNews,
    BudgetReadings,
    CallEntry,
    CallIntake,
    CallLimitBooks,
    CallService,
    CallTracker,
    ClientCallIds,
    Deprecations,
    Directory,
    EarlierTurns,
    EntryDesk,
    Estimates,
    Explanations,
    Grants,
    Guardrails,
    HttpDoor,
    InnerCalls,
    Judges,
    KeyDesk,
    KeyNewsWatch,
    KeyOwners,
    KeyRows,
    MemberDesk,
    ModelAccess,
    ModelEntries,
    ModelGroups,
    ModelNames,
    ModelsAdmin,
    ResponseCache,
    ProviderResponses,
    ResponseRecords,
    RouteGuard,
    RouteTable,
    SemanticCache,
    TeamAnswers,
    UserAnswers,
    UserDesk,
    {
      provide: KeyCache,
      useFactory: (bus: Bus, config: LiveConfig, groups: AccessGroups) =>
        new KeyCache(bus, {
          ttlMs: () => config.current.general.keyCacheTtlMs,
          expand: (models) => groups.expand(models),
        }),
      inject: [BUS, LiveConfig, AccessGroups],
    },
    {
      provide: ScopeCache,
      useFactory: (bus: Bus, config: LiveConfig, groups: AccessGroups) =>
        new ScopeCache(bus, {
          ttlMs: () => config.current.general.keyCacheTtlMs,
          expand: (models) => groups.expand(models),
        }),
      inject: [BUS, LiveConfig, AccessGroups],
    },
    ErrorsFilter,
    { provide: APP_FILTER, useExisting: ErrorsFilter },
  ],
})
export class IngressModule implements NestModule {
  constructor(private readonly door: HttpDoor) {}

  /** The one hook of Nest's that runs before it adds routes to the server: their hooks must be there by then. */
  configure(): void {
    this.door.open();
  }
}
