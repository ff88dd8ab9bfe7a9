import { NameIndex, type Deployment, type GatewayConfig } from '@tollgate/config';
import type { Scope } from '@tollgate/state';
import type { Caller } from '../auth/caller.js';

interface Capacity {
  readonly name: string;
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}

const NONE: readonly Scope[] = [];

/**
 * Reserved shares of what a model's deployments take (`priority_reservation`): while there is enough everybody may have it;
 * from the saturation on each priority has its share and no more, so that batches slow down before people do.
 */
export class Priorities {
  private readonly capacities: NameIndex<Capacity>;
  private readonly settings: GatewayConfig['general']['budgets'];

  constructor(config: GatewayConfig) {
    this.settings = config.general.budgets;
    this.capacities = new NameIndex(config, ({ name, members }) => ({
      name,
      requestsPerMinute: sumOf(
        members.map(({ deployment }) => deployment),
        'rpm',
      ),
      tokensPerMinute: sumOf(
        members.map(({ deployment }) => deployment),
        'tpm',
      ),
    }));
  }

  /** None where the config knows no priorities, or not what the model can take. */
  scopesOf(model: string, { key }: Caller): readonly Scope[] {
    const { priorities, defaultPriority, saturation } = this.settings;
    if (priorities.size === 0) return NONE;
    const capacity = this.capacities.resolve(model);
    if (capacity === undefined || (capacity.requestsPerMinute === null && capacity.tokensPerMinute === null))
      return NONE;
    const { name, ...limits } = capacity;
    const whole: Scope = { id: `model:${name}`, ...limits, maxParallelRequests: null };
    const priority = key?.policy.priority ?? metadataPriority(key);
    const known = priority === undefined ? undefined : priorities.get(priority);
    const share = known ?? defaultPriority;
    // A key without a share of its own takes what is there, up to the whole.
    if (share === null) return [whole];
    const part = (limit: number | null): number | null => (limit === null ? null : Math.floor(limit * share));
    return [
      whole,
      {
        id: `priority:${name}:${known === undefined ? '' : (priority ?? '')}`,
        requestsPerMinute: part(limits.requestsPerMinute),
        tokensPerMinute: part(limits.tokensPerMinute),
        maxParallelRequests: null,
        share: { of: whole.id, saturation },
      },
    ];
  }
}

/** LiteLLM's place for it. */
function metadataPriority(key: Caller['key']): string | undefined {
  const priority = key?.metadata['priority'];
  return typeof priority === 'string' ? priority : undefined;
}

/** null where one of them says nothing: it may take anything. */
function sumOf(deployments: readonly Deployment[], of: 'rpm' | 'tpm'): number | null {
  let sum = 0;
  for (const { [of]: limit } of deployments) {
    if (limit === null) return null;
    sum += limit;
  }
  return sum;
}
