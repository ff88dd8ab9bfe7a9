import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { listSpend, sumSpend, summarizeSpend, type SpendPage, type SpendQuery } from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { SpendStore, type SpendSummary } from './spend-store.js';
import { SpendSums, type SpendScope } from './spend-sums.js';

/** Answers the reports that are read from the ledger. */
@Controller()
export class SpendController {
  constructor(
    private readonly spend: SpendStore,
    private readonly sums: SpendSums,
  ) {}

  @MessagePattern(listSpend.subject)
  list(query: SpendQuery): Promise<SpendPage> {
    return guardDatabase(() => this.spend.list(query));
  }

  @MessagePattern(summarizeSpend.subject)
  summarize(query: Pick<SpendQuery, 'keyHash' | 'userId' | 'from' | 'to'>): Promise<SpendSummary[]> {
    return guardDatabase(() => this.spend.summarize(query));
  }

  @MessagePattern(sumSpend.subject)
  async sum({ scopes }: { readonly scopes: SpendScope[] }): Promise<{ nanos: number[] }> {
    return { nanos: await guardDatabase(() => this.sums.sum(scopes)) };
  }
}
