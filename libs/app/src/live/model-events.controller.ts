import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { modelsChanged } from '@tollgate/contracts';
import { StoredModels } from './stored-models.js';

/** What billing tells of stored models. */
@Controller()
export class ModelEventsController {
  constructor(private readonly models: StoredModels) {}

  @EventPattern<Record<string, { version: number }>>(modelsChanged.subject)
  changed(_event: { version: number }): void {
    void this.models.refresh();
  }
}
