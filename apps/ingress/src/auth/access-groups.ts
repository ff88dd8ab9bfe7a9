import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { LiveConfig } from '@tollgate/config';
import { findEntries } from '@tollgate/contracts';

/** LiteLLM's words that stand for what they say, not for a group. */
const RESERVED: ReadonlySet<string> = new Set(['all-proxy-models', 'all-team-models', 'no-default-models']);
const LOOKUP_TIMEOUT_MS = 2_000;

/** Sets of models that keys, teams and so on name among their models. */
@Injectable()
export class AccessGroups {
  private known: ReadonlySet<string> = new Set();

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    config: LiveConfig,
  ) {
    config.follow(({ deployments, aliases }) => {
      this.known = new Set([...deployments.map(({ group }) => group), ...aliases.keys()]);
    });
  }

  /**
   * The models with those of the groups among them. What is a model of the config is no group; billing is asked only for other names.
   * A group's name stays, so that a list never becomes empty, which would mean every model. Rejects when billing is away.
   */
  async expand(models: string[]): Promise<string[]> {
    const ids = models.filter((name) => !this.known.has(name) && !name.includes('*') && !RESERVED.has(name));
    if (ids.length === 0) return models;
    const question = { kind: 'access_group' as const, ids };
    const { entries } = await this.bus.request(findEntries, question, { timeoutMs: LOOKUP_TIMEOUT_MS });
    return entries.length === 0
      ? models
      : [...new Set([...models, ...entries.flatMap((group) => group.models)])];
  }
}
