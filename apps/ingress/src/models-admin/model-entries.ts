import { Injectable } from '@nestjs/common';
import { ConfigKeeper } from '@tollgate/app';
import { LiveConfig } from '@tollgate/config';
import type { Principal } from '@tollgate/contracts';
import { ModelNames } from '../models/model-names.js';
import { entryForKey, leftOutEntry, servedEntry, type ModelEntry } from './model-answers.js';

/** Every deployment as answers show it: the file's first, then the stored ones. */
@Injectable()
export class ModelEntries {
  constructor(
    private readonly live: LiveConfig,
    private readonly keeper: ConfigKeeper,
    private readonly names: ModelNames,
  ) {}

  /** Those that the caller may call; to the admin also the stored ones that cannot be served. */
  visibleTo({ isAdmin, models }: Principal): ModelEntry[] {
    const entries = this.live.current.deployments.map((deployment) =>
      servedEntry(deployment, this.keeper.servedModel(deployment.id)),
    );
    if (isAdmin) {
      const leftOut = this.keeper.modelsLeftOut.map(({ model, reason }) => leftOutEntry(model, reason));
      return [...entries, ...leftOut];
    }
    const visible = new Set(this.names.visibleTo(models));
    return entries.filter(({ model_name: name }) => visible.has(name)).map(entryForKey);
  }
}
