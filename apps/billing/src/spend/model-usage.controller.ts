import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { modelUsage } from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { ModelUsageStore, type ModelUsageQuery, type ModelUsageRow } from './model-usage-store.js';

/** Answers who still asks for a model name. */
@Controller()
export class ModelUsageController {
  constructor(private readonly models: ModelUsageStore) {}

  @MessagePattern(modelUsage.subject)
  async usage(query: ModelUsageQuery): Promise<{ keys: ModelUsageRow[] }> {
    return { keys: await guardDatabase(() => this.models.usage(query)) };
  }
}
