import { AlertNotes } from '@tollgate/app';
import type { Bus } from '@tollgate/bus';
import type { LiveConfig } from '@tollgate/config';
import { alertRaised, type Alert } from '@tollgate/contracts';
import type { State } from '@tollgate/state';
import { AttemptNews } from './alerts/attempt-news.js';
import { OpenCalls } from './alerts/open-calls.js';
import { CallRouter } from './call-router.js';
import { CanaryDesk } from './canary/canary-desk.js';
import { alertNotRaised } from './events.js';
import { DecisionLog } from './explain/decision-log.js';
import { FleetReport } from './explain/fleet-report.js';
import { createRoutingView } from './health/create-routing-view.js';
import { DeploymentHealth } from './health/deployment-health.js';
import { DeploymentStatsBook } from './health/deployment-stats-book.js';
import { ProviderLimitBook } from './health/provider-limit-book.js';
import { ReplicaReports, type ReportSource } from './health/replica-reports.js';
import { HedgeBook } from './hedging/hedge-book.js';
import { REAL_TOOLS, type RouterTools } from './router-parts.js';
import { SpendWatch } from './spend/spend-watch.js';

export interface RouterSurroundings {
  readonly config: LiveConfig;
  readonly state: State;
  readonly bus: Pick<Bus, 'publish' | 'record' | 'request' | 'isConnected'>;
  /** The name of this replica, different from that of every other. */
  readonly replica: string;
  readonly tools?: RouterTools;
}

/** The parts of a router, each of which knows of the others what it must. */
export type RouterAssembly = ReturnType<typeof assembleRouter>;

/** Puts a router together. Its parts begin to work for themselves by their Nest hooks. */
export function assembleRouter({ config, state, bus, replica, tools = REAL_TOOLS }: RouterSurroundings) {
  const { now } = tools;
  const settings = () => config.current.router;
  const health = new DeploymentHealth(state, settings, now);
  const stats = new DeploymentStatsBook({ now, ttlMs: () => settings().strategyArguments.ttlMs });
  const limits = new ProviderLimitBook(now);
  const spend = new SpendWatch(bus, config, now);
  const exhaustedBudget = spend.exhausted.bind(spend);
  const view = createRoutingView({ health, stats, limits, exhaustedBudget, now });
  const decisions = new DecisionLog(replica);
  const hedges = new HedgeBook();
  const raise = (alert: Alert): void => {
    bus.record(alertRaised, alert).catch((cause: unknown) => alertNotRaised(alert.id, cause));
  };
  const canaries = new CanaryDesk({ now, raise });
  const notes = new AlertNotes({ raise, now });
  const thresholdMs = () => config.current.general.alerting.thresholdMs;
  const news = new AttemptNews(notes, thresholdMs);
  const open = new OpenCalls({ notes, now, hangsAfterMs: thresholdMs });
  const source: ReportSource = {
    take: () => ({ ...canaries.take(), hedges: hedges.take() }),
    apply: (report) => {
      canaries.apply(report);
      hedges.apply(report.hedges);
    },
  };
  const reports = new ReplicaReports({ bus, replica, stats, limits, source, now });
  const parts = { config, health, stats, limits, spend, view, decisions, hedges, canaries, news, open };
  const router = new CallRouter(parts, tools);
  return { ...parts, reports, router, fleet: new FleetReport(config, view) };
}
