import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import {
  listSpend,
  reportSpend,
  sumSpend,
  type SpendPage,
  type SpendQuery,
  type SpendReportQuery,
} from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { ReportStore, type SpendReport } from './report-store.js';
import { SpendStore } from './spend-store.js';
import { SpendSums, type SummedScope } from './spend-sums.js';

/** Answers what is read from the ledger. */
@Controller()
export class SpendController {
  constructor(
    private readonly spend: SpendStore,
    private readonly reports: ReportStore,
    private readonly sums: SpendSums,
  ) {}

  @MessagePattern(listSpend.subject)
  list(query: SpendQuery): Promise<SpendPage> {
    return guardDatabase(() => this.spend.list(query));
  }

  @MessagePattern(reportSpend.subject)
  report(query: SpendReportQuery): Promise<SpendReport> {
    return guardDatabase(() => this.reports.report(query));
  }

  @MessagePattern(sumSpend.subject)
  async sum({ scopes }: { readonly scopes: SummedScope[] }): Promise<{ nanos: number[] }> {
    return { nanos: await guardDatabase(() => this.sums.recent(scopes)) };
  }
}
