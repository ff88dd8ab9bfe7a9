import type { CanarySettings, GatewayConfig, RouterSettings } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import { canaryOf, type Canary } from './canary/canary-book.js';
import { Catalogue } from './catalogue.js';
import { settingsOf } from './group-settings.js';
import type { Group } from './group.js';

/** What one config makes of names, worked out once. A call keeps the table that it began with. */
export class RoutingTable {
  readonly catalogue: Catalogue;
  readonly router: RouterSettings;
  /** By the name that has it. */
  readonly canaries: ReadonlyMap<string, Canary>;
  private readonly bySettings: ReadonlyMap<CanarySettings, Canary>;

  constructor(readonly config: GatewayConfig) {
    this.catalogue = new Catalogue(config);
    this.router = config.router;
    this.canaries = new Map(
      [...config.router.groups].flatMap(([name, { canary }]) =>
        canary === null ? [] : [[name, canaryOf(name, canary)]],
      ),
    );
    this.bySettings = new Map([...this.canaries.values()].map((canary) => [canary.settings, canary]));
  }

  /** The group that a call asks for: by the aliases of its key, of its team, then as the config has it. */
  resolve({ model, principal }: CallHeader): Group | undefined {
    const ofTeam = principal.teamId === null ? undefined : this.router.teams.get(principal.teamId);
    const name = aliasOf(model, principal.routing?.aliases) ?? aliasOf(model, ofTeam?.aliases) ?? model;
    return this.catalogue.resolve(name);
  }

  settingsOf(name: string, group: Group): ReturnType<typeof settingsOf> {
    return settingsOf(name, group, this.router);
  }

  canaryOf(settings: CanarySettings | null): Canary | undefined {
    return settings === null ? undefined : this.bySettings.get(settings);
  }
}

const aliasOf = (name: string, aliases: Readonly<Record<string, string>> | undefined): string | undefined =>
  aliases !== undefined && Object.hasOwn(aliases, name) ? aliases[name] : undefined;
