import { Controller, Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { BUS, type Bus } from '@tollgate/bus';
import {
  alertRaised,
  createModel,
  deleteModel,
  listModels,
  modelsChanged,
  updateModel,
  type Actor,
  type ModelPatch,
  type NewModel,
  type StoredModel,
} from '@tollgate/contracts';
import { guardDatabase } from '@tollgate/database';
import { alertNotRaised } from '../alerts/alert-events.js';
import { ModelStore, type ModelPage } from './model-store.js';

/** Keeps the models that are added through the API, and tells every process of each change once it is committed. */
@Controller()
export class ModelController {
  constructor(
    private readonly models: ModelStore,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @MessagePattern(createModel.subject)
  async create(request: NewModel): Promise<StoredModel> {
    const { value, version } = await guardDatabase(() => this.models.create(request, Date.now()));
    this.bus.publish(modelsChanged, { version });
    void this.tellOf(value, version);
    return value;
  }

  @MessagePattern(updateModel.subject)
  async update(request: ModelPatch): Promise<StoredModel | null> {
    const changed = await guardDatabase(() => this.models.update(request, Date.now()));
    if (changed === null) return null;
    this.bus.publish(modelsChanged, { version: changed.version });
    return changed.value;
  }

  @MessagePattern(deleteModel.subject)
  async delete({ id, actor }: { id: string; actor: Actor }): Promise<{ deleted: boolean }> {
    const { value, version } = await guardDatabase(() => this.models.delete(id, actor));
    if (value) this.bus.publish(modelsChanged, { version });
    return { deleted: value };
  }

  @MessagePattern(listModels.subject)
  async list({ after }: { after: string | null }): Promise<ModelPage> {
    return guardDatabase(() => this.models.list(after));
  }

  /** Nobody who adds a model waits for it. */
  private async tellOf({ id, name, createdAt, createdBy }: StoredModel, version: number): Promise<void> {
    const alert = {
      id: `model:${id}:${version}`,
      type: 'new_model_added' as const,
      message: `Model ${name} (${id}) was added by ${createdBy}`,
      at: createdAt,
      details: { id, name, createdBy },
    };
    await this.bus.record(alertRaised, alert).catch((cause: unknown) => alertNotRaised(alert.id, cause));
  }
}
