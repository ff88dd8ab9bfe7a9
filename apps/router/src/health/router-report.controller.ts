import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { routerReported, type RouterReport } from '@tollgate/contracts';
import { ReplicaReports } from './replica-reports.js';

/** What the replicas of the router tell each other. */
@Controller()
export class RouterReportController {
  constructor(private readonly reports: ReplicaReports) {}

  @EventPattern<Record<string, RouterReport>>(routerReported.subject)
  reported(@Payload() report: RouterReport): void {
    this.reports.hear(report);
  }
}
