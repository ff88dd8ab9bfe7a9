import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Bus } from '@tollgate/bus';
import { routerReported, type RouterReport } from '@tollgate/contracts';
import type { DeploymentStatsBook } from './deployment-stats-book.js';
import type { ReportRow } from './deployment-tally.js';
import type { ProviderLimitBook } from './provider-limit-book.js';

/** How often there may be a report. */
const TICK_MS = 250;
/** How often calls in flight are told even if nothing changed. */
const REMINDER_MS = 1_000;
/** Rows of one message, so that none comes near the bus's payload limit. */
const MOST_ROWS = 250;

/** What else is told: a registry that has news, and takes in what others have seen. */
export interface ReportSource {
  take(): Pick<RouterReport, 'canaries' | 'hedges' | 'rollbacks'>;
  apply(report: RouterReport): void;
}

const NO_SOURCE: ReportSource = { take: () => ({ canaries: [], hedges: [] }), apply: () => undefined };

export interface ReplicaReportsOptions {
  readonly bus: Pick<Bus, 'publish' | 'isConnected'>;
  /** The name of this replica: its own reports come back to it. */
  readonly replica: string;
  readonly stats: DeploymentStatsBook;
  readonly limits: ProviderLimitBook;
  readonly source?: ReportSource;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Tells the other replicas a few times a second what this one has seen, and takes in what they have. */
export class ReplicaReports implements OnModuleInit, OnApplicationShutdown {
  private readonly source: ReportSource;
  private timer: NodeJS.Timeout | undefined;
  private remindAt = 0;

  constructor(private readonly options: ReplicaReportsOptions) {
    this.source = options.source ?? NO_SOURCE;
  }

  onModuleInit(): void {
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  /** Not before: while the process drains the others should know how busy it is. */
  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Publishes what is new, if anything is. While the bus is away the news are kept and summed up. */
  tick(): void {
    const { bus, stats, now } = this.options;
    const isReminder = now() >= this.remindAt;
    if (isReminder) {
      this.remindAt = now() + REMINDER_MS;
      this.expire();
    }
    if (!bus.isConnected()) return;
    const limits = this.options.limits.take();
    for (const id of limits.keys()) stats.mention(id);
    const rows = stats.take({ all: isReminder }).map((row) => {
      const said = limits.get(row.id);
      return said === undefined ? row : { ...row, limits: said };
    });
    this.publish(rows, this.source.take());
  }

  /** A report of whichever replica; one's own is known already. */
  hear(report: RouterReport): void {
    const { replica, stats, limits } = this.options;
    if (report.replica === replica) return;
    stats.apply(report.replica, report.deployments);
    for (const { id, requests, tokens, limits: said } of report.deployments) {
      limits.started(id, Math.max(0, tokens), requests);
      if (said !== undefined) limits.heard(id, said);
    }
    this.source.apply(report);
  }

  private expire(): void {
    this.options.stats.expire();
    this.options.limits.expire();
  }

  private publish(rows: readonly ReportRow[], rest: ReturnType<ReportSource['take']>): void {
    const { bus, replica, now } = this.options;
    const { canaries, hedges, rollbacks = [] } = rest;
    if ([rows, canaries, hedges, rollbacks].every(({ length }) => length === 0)) return;
    const report = { replica, at: now() };
    bus.publish(routerReported, { ...report, ...rest, deployments: rows.slice(0, MOST_ROWS) });
    for (let from = MOST_ROWS; from < rows.length; from += MOST_ROWS) {
      const deployments = rows.slice(from, from + MOST_ROWS);
      bus.publish(routerReported, { ...report, deployments, canaries: [], hedges: [] });
    }
  }
}
