import { Inject, Injectable } from '@nestjs/common';
import { LiveConfig, windowStart } from '@tollgate/config';
import type { Alert, ScopeKind } from '@tollgate/contracts';
import type { JobSource, ScheduledJob } from '../../jobs/scheduled-job.js';
import { AlertDesk } from '../alert-desk.js';
import { dollars } from '../budgets/budget-alert.js';
import { LIMIT_SOURCE, type LimitSource } from '../budgets/budget-sources.js';
import { DELIVERY_CLOCK, type DeliveryClock } from '../delivery/alert-deliveries.js';
import { timeText } from '../formats/letter.js';
import { ReportQueries, type DeploymentLine, type SpendLine } from './report-queries.js';

/** A report comes at most so long after its time is over. */
const LOOK_MS = 5 * 60_000;

const MOST_SPENDERS = 10;
const MOST_DEPLOYMENTS = 5;

const PERIODS = [
  { window: '7d', title: 'Weekly' },
  { window: '1mo', title: 'Monthly' },
] as const;

/** Makes each report once its time is over: spend by week and month, slow and failing deployments twice a day. */
@Injectable()
export class ReportJobs implements JobSource {
  /** Reports that this process knows to be made. */
  private readonly made = new Set<string>();

  constructor(
    private readonly queries: ReportQueries,
    private readonly desk: AlertDesk,
    private readonly config: LiveConfig,
    @Inject(LIMIT_SOURCE) private readonly scopes: LimitSource,
    @Inject(DELIVERY_CLOCK) private readonly clock: DeliveryClock,
  ) {}

  jobs(): readonly ScheduledJob[] {
    return [{ name: 'alerts.reports', everyMs: LOOK_MS, run: () => this.look() }];
  }

  private async look(): Promise<void> {
    const { timeZone, alerting } = this.config.current.general;
    const now = this.clock.now();
    for (const { window, title } of PERIODS) {
      const end = windowStart(window, now, timeZone);
      const span = [windowStart(window, end - 1, timeZone), end] as const;
      const report = { type: 'spend_reports' as const, id: `spend-report:${window}:${span[0]}` };
      await this.once(report, () => this.spendReport(title, span, timeZone));
    }
    const end = now - (now % alerting.dailyReportMs);
    const span = [end - alerting.dailyReportMs, end] as const;
    const report = { type: 'daily_reports' as const, id: `daily-report:${span[0]}` };
    await this.once(report, () => this.deploymentReport(span, timeZone));
  }

  /** A time in which nothing happened has no report. */
  private async once(
    { type, id }: Pick<Alert, 'type' | 'id'>,
    make: () => Promise<Pick<Alert, 'message' | 'details'> | null>,
  ): Promise<void> {
    if (this.made.has(id)) return;
    if (!(await this.queries.isKept(type, id))) {
      const report = await make();
      if (report !== null) await this.desk.keep([{ id, type, at: this.clock.now(), ...report }]);
    }
    this.made.add(id);
  }

  private async spendReport(
    title: string,
    span: readonly [number, number],
    timeZone: string,
  ): Promise<Pick<Alert, 'message' | 'details'> | null> {
    const [total] = await this.queries.spend('all', span, 1);
    if (total === undefined || total.nanos === 0n) return null;
    const teams = await this.queries.spend('teams', span, MOST_SPENDERS);
    const tags = await this.queries.spend('tags', span, MOST_SPENDERS);
    const names = await this.aliasesOf(
      'team',
      teams.map(({ name }) => name),
    );
    const [from, to] = span.map((at) => timeText(at, timeZone));
    return {
      message: [
        `${title} spend report, ${from ?? ''} to ${to ?? ''}: ${amountOf(total)}`,
        ...listOf(
          'By team',
          teams.map((line) => `${names.get(line.name) ?? line.name}: ${amountOf(line)}`),
        ),
        ...listOf(
          'By tag',
          tags.map((line) => `${line.name}: ${amountOf(line)}`),
        ),
      ].join('\n'),
      details: {
        from: span[0],
        to: span[1],
        spendNanos: Number(total.nanos),
        teams: teams.map(shown),
        tags: tags.map(shown),
      },
    };
  }

  private async deploymentReport(
    span: readonly [number, number],
    timeZone: string,
  ): Promise<Pick<Alert, 'message' | 'details'> | null> {
    const slowest = await this.queries.slowest(span, MOST_DEPLOYMENTS);
    const failing = await this.queries.failing(span, MOST_DEPLOYMENTS);
    if (slowest.length === 0 && failing.length === 0) return null;
    const [from, to] = span.map((at) => timeText(at, timeZone));
    const slow = ({ name, value, calls }: DeploymentLine): string =>
      `${name}: ${(value / 1_000).toFixed(2)} s on average (${calls} calls)`;
    return {
      message: [
        `Report of deployments, ${from ?? ''} to ${to ?? ''}`,
        ...listOf('Slowest', slowest.map(slow)),
        ...listOf(
          'Most failures',
          failing.map(({ name, value }) => `${name}: ${value}`),
        ),
      ].join('\n'),
      details: { from: span[0], to: span[1], slowest, failing },
    };
  }

  private async aliasesOf(kind: ScopeKind, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    const records = await this.scopes.find(
      ids.map((id) => ({ kind, id })),
      this.clock.now(),
    );
    return new Map(records.flatMap(({ id, alias }) => (alias === null ? [] : [[id, `${alias} (${id})`]])));
  }
}

const amountOf = ({ nanos }: SpendLine): string => dollars(Number(nanos));

const shown = ({ name, nanos }: SpendLine) => ({ name, spendNanos: Number(nanos) });

const listOf = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `- ${line}`)];
