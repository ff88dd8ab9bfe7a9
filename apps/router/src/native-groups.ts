import { nativeDeployment, type GatewayConfig } from '@tollgate/config';
import { groupOf, type Group } from './group.js';

/** Names that are kept ready. */
const MAX_READY = 1_000;

/** Who serves requests of a provider's own API: its deployments of that model, else any of it, else its name and the worker's credentials. */
export class NativeGroups {
  private readonly ready = new Map<string, Group>();

  constructor(private readonly config: Pick<GatewayConfig, 'deployments' | 'general'>) {}

  /** @param name `provider/model`, or the provider alone where the request names no model. */
  groupOf(provider: string, name: string): Group {
    const known = this.ready.get(name);
    if (known !== undefined) return known;
    const group = this.make(provider, name);
    if (this.ready.size >= MAX_READY) this.ready.clear();
    this.ready.set(name, group);
    return group;
  }

  private make(provider: string, name: string): Group {
    const upstreamModel = name.startsWith(`${provider}/`) ? name.slice(provider.length + 1) : '';
    const own = this.config.deployments.filter((deployment) => deployment.provider === provider);
    const exact = own.filter(({ model }) => model === upstreamModel);
    // What a provider keeps (files, batches) is one account's: always the same one is asked.
    const found = exact.length > 0 ? exact : own.slice(0, 1);
    const deployments = found.length > 0 ? found : [nativeDeployment(this.config, provider, upstreamModel)];
    const members = deployments.map((deployment) => ({ deployment, provider, upstreamModel }));
    return groupOf({ name, members, isLone: members.length === 1, isWildcard: exact.length === 0 });
  }
}
