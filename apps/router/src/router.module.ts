import { randomUUID } from 'node:crypto';
import { Module, type Provider, type Type } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig } from '@tollgate/config';
import { STATE, type State } from '@tollgate/state';
import { OpenCalls } from './alerts/open-calls.js';
import { assembleRouter, type RouterAssembly } from './assemble-router.js';
import { CallRouter } from './call-router.js';
import { CanaryDesk } from './canary/canary-desk.js';
import { RollbackMemory } from './canary/rollback-memory.js';
import { DecisionLog } from './explain/decision-log.js';
import { ExplainController } from './explain/explain.controller.js';
import { FleetReport } from './explain/fleet-report.js';
import { CircuitMonitor } from './health/circuit-monitor.js';
import { ReplicaReports } from './health/replica-reports.js';
import { RouterReportController } from './health/router-report.controller.js';
import { HedgeBook } from './hedging/hedge-book.js';
import { RouteCallController } from './route-call.controller.js';
import { SpendWatch } from './spend/spend-watch.js';

const ASSEMBLY = Symbol('tollgate.router.assembly');

const assembly: Provider = {
  provide: ASSEMBLY,
  useFactory: (config: LiveConfig, state: State, bus: Bus) =>
    assembleRouter({ config, state, bus, replica: randomUUID() }),
  inject: [LiveConfig, STATE, BUS],
};

/** A part of the assembly by its class. */
const part = (type: Type, of: (assembly: RouterAssembly) => object): Provider => ({
  provide: type,
  useFactory: of,
  inject: [ASSEMBLY],
});

/** The deployments and their health; which of them answers a call. Needs the platform's bus, config and state. */
@Module({
  controllers: [RouteCallController, ExplainController, RouterReportController],
  providers: [
    assembly,
    part(CallRouter, ({ router }) => router),
    part(CanaryDesk, ({ canaries }) => canaries),
    part(DecisionLog, ({ decisions }) => decisions),
    part(FleetReport, ({ fleet }) => fleet),
    part(OpenCalls, ({ open }) => open),
    part(HedgeBook, ({ hedges }) => hedges),
    part(ReplicaReports, ({ reports }) => reports),
    part(SpendWatch, ({ spend }) => spend),
    CircuitMonitor,
    RollbackMemory,
  ],
})
export class RouterModule {}
