import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { listSpend, summarizeSpend, type SpendPage, type SpendQuery } from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { SpendStore, type SpendSummary } from './spend-store.js';

/** Answers the reports that are read from the ledger. */
@Controller()
export class SpendController {
  constructor(private readonly spend: SpendStore) {}

  @MessagePattern(listSpend.subject)
  list(query: SpendQuery): Promise<SpendPage> {
    return guardDatabase(() => this.spend.list(query));
  }

  @MessagePattern(summarizeSpend.subject)
  summarize(query: Pick<SpendQuery, 'keyHash' | 'userId' | 'from' | 'to'>): Promise<SpendSummary[]> {
    return guardDatabase(() => this.spend.summarize(query));
  }
}
