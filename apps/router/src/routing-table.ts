import type { CanarySettings, GatewayConfig, RouterSettings } from '@tollgate/config';
import type { CallHeader } from '@tollgate/contracts';
import { canaryOf, type Canary } from './canary/canary-book.js';
import { Catalogue } from './catalogue.js';
import { settingsOf } from './group-settings.js';
import { memberOf, type Group } from './group.js';
import { NativeGroups } from './native-groups.js';
import { teamRoutingOf } from './team-routing.js';

/** What one config makes of names, worked out once. A call keeps the table that it began with. */
export class RoutingTable {
  readonly catalogue: Catalogue;
  readonly router: RouterSettings;
  readonly canaries: readonly Canary[];
  private readonly natives: NativeGroups;
  private readonly bySettings: ReadonlyMap<CanarySettings, Canary>;

  constructor(readonly config: GatewayConfig) {
    this.catalogue = new Catalogue(config);
    this.router = config.router;
    this.natives = new NativeGroups(config);
    // An alias shares what is set for the name that it stands for: one canary, known by the latter, which comes last.
    this.bySettings = new Map(
      [...config.router.groups].flatMap(([name, { canary }]) =>
        canary === null ? [] : [[canary, canaryOf(name, canary)]],
      ),
    );
    this.canaries = [...this.bySettings.values()];
  }

  /** The group that a call asks for: by the aliases of its key, of its team, then as the config has it. */
  resolve(header: CallHeader): Group | undefined {
    const { model, principal, native, deploymentId } = header;
    if (native !== undefined && deploymentId === undefined)
      return this.natives.groupOf(native.provider, model);
    const ofTeam = teamRoutingOf(header, this.router);
    const name = aliasOf(model, principal.routing?.aliases) ?? aliasOf(model, ofTeam?.aliases) ?? model;
    const group = this.catalogue.resolve(name);
    if (deploymentId === undefined) return group;
    return (group && memberOf(group, deploymentId)) ?? this.catalogue.resolve(deploymentId);
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
