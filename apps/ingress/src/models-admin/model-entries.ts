import { Injectable } from '@nestjs/common';
import { ConfigKeeper } from '@tollgate/app';
import { LiveConfig, type Deployment } from '@tollgate/config';
import type { Principal } from '@tollgate/contracts';
import { FreshMemo } from '../fresh-memo.js';
import { ModelNames } from '../models/model-names.js';
import { entryForKey, leftOutEntry, servedEntry, type ModelEntry } from './model-answers.js';
import { FACTS_FRESH_MS } from './model-facts.js';

/** Every deployment as answers show it: the file's first, then the stored ones. */
@Injectable()
export class ModelEntries {
  /** Whoever changes a stored model makes another deployment of it. */
  private readonly served = new FreshMemo(
    (deployment: Deployment) => servedEntry(deployment, this.keeper.servedModel(deployment.id)),
    FACTS_FRESH_MS,
  );

  constructor(
    private readonly live: LiveConfig,
    private readonly keeper: ConfigKeeper,
    private readonly names: ModelNames,
  ) {}

  /** Those that the caller may call; to the admin also the stored ones that cannot be served. */
  visibleTo({ isAdmin, models }: Principal): ModelEntry[] {
    const entries = this.live.current.deployments.map((deployment) => this.served.of(deployment));
    if (isAdmin) {
      const leftOut = this.keeper.modelsLeftOut.map(({ model, reason }) => leftOutEntry(model, reason));
      return [...entries, ...leftOut];
    }
    const visible = new Set(this.names.visibleTo(models));
    return entries.filter(({ model_name: name }) => visible.has(name)).map(entryForKey);
  }
}
