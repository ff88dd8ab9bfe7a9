import { Injectable } from '@nestjs/common';
import { LiveConfig, matchesPattern } from '@tollgate/config';
import { ModelAccess } from '../auth/model-access.js';
import { Deprecations } from './deprecations.js';

/** The public names of the config: model groups, wildcard ones included, and aliases that are not hidden; none past its sunset. */
@Injectable()
export class ModelNames {
  private listed: readonly string[] = [];
  private known: ReadonlySet<string> = new Set();
  private wildcards: readonly string[] = [];

  constructor(
    config: LiveConfig,
    private readonly access: ModelAccess,
    private readonly deprecations: Deprecations,
  ) {
    config.follow(({ deployments, aliases }) => {
      const groups = deployments.map(({ group }) => group);
      const shown = [...aliases].filter(([, { hidden }]) => !hidden).map(([name]) => name);
      this.listed = [...new Set([...groups, ...shown])];
      this.known = new Set([...groups, ...aliases.keys()]);
      this.wildcards = groups.filter((group) => group.includes('*'));
    });
  }

  /** A name of the config itself, not one that a wildcard lets through: metrics have labels for these only. */
  isKnown(model: string): boolean {
    return this.known.has(model);
  }

  /** The names that a key with these `models` may call; a group is listed too when the key may call a part of it. */
  visibleTo(models: readonly string[]): string[] {
    const now = Date.now();
    return this.listed.filter(
      (name) =>
        !this.deprecations.isGone(name, now) &&
        (this.access.allows(models, name) ||
          (name.includes('*') && models.some((entry) => matchesPattern(name, entry)))),
    );
  }

  /** Whether a call for the name would find a group and be allowed. */
  isCallable(model: string, models: readonly string[]): boolean {
    const exists = this.known.has(model) || this.wildcards.some((group) => matchesPattern(group, model));
    return exists && !this.deprecations.isGone(model, Date.now()) && this.access.allows(models, model);
  }
}
