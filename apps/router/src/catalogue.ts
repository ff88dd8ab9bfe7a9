import { NameIndex, type GatewayConfig } from '@tollgate/config';
import { groupOf, type Group } from './group.js';

/** Every name of the config, worked out once: a call costs a look-up. */
export class Catalogue {
  private readonly names: NameIndex<Group>;

  constructor(private readonly config: Pick<GatewayConfig, 'deployments' | 'aliases' | 'router'>) {
    this.names = new NameIndex(config, groupOf);
  }

  /** Exact group, alias, deployment id, most specific wildcard; undefined when the name is none of these. */
  resolve(name: string): Group | undefined {
    return this.names.resolve(name);
  }

  /** Groups to try after this one, by the caller's name, the group's, the name without its provider, the wildcard, or `*` for all. */
  fallbacksOf(name: string, group: Group): readonly string[] {
    const { fallbacks } = this.config.router;
    return (
      fallbacks.get(name) ??
      fallbacks.get(group.name) ??
      fallbacks.get(name.slice(name.indexOf('/') + 1)) ??
      fallbacks.get(group.configured) ??
      fallbacks.get('*') ??
      NONE
    );
  }
}

const NONE: readonly string[] = [];
