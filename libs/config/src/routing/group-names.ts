import type { Deployment, GatewayConfig } from '../gateway-config.js';
import type { Mention } from '../mentions.js';
import { didYouMean } from '../nearest.js';

interface Wildcard {
  readonly name: string;
  readonly pattern: RegExp;
}

/** The names that a call can reach. */
export class GroupNames {
  private readonly groups: ReadonlySet<string>;
  private readonly models: ReadonlySet<string>;
  private readonly ids: ReadonlySet<string>;
  /** The most specific first: the longest before its star. */
  private readonly wildcards: readonly Wildcard[];

  constructor(
    deployments: readonly Deployment[],
    private readonly aliases: GatewayConfig['aliases'],
  ) {
    this.groups = new Set(deployments.map(({ group }) => group));
    this.models = new Set([...this.groups, ...aliases.keys()]);
    this.ids = new Set(deployments.map(({ id }) => id));
    this.wildcards = [...this.groups]
      .filter((group) => group.includes('*'))
      .map((name) => ({ name, pattern: patternOf(name) }))
      .sort((left, right) => prefixOf(right) - prefixOf(left) || right.name.length - left.name.length);
  }

  has({ name, kind }: Pick<Mention, 'name' | 'kind'>): boolean {
    if (this.isModel(name)) return true;
    if (kind === 'model') return false;
    return this.ids.has(name) || (kind === 'chain' && this.isModelOfProvider(name));
  }

  /** What to say of a name that is not there. */
  missing({ name, kind }: Pick<Mention, 'name' | 'kind'>): string {
    if (this.ids.has(name)) return `${name} is the id of a deployment; the name of a model is expected`;
    const candidates = kind === 'model' ? this.models : [...this.models, ...this.ids];
    return `there is no model ${name}${didYouMean(name, candidates)}`;
  }

  /** What the aliases make of a name. */
  targetOf(name: string): string {
    const seen = new Set<string>();
    let current = name;
    while (!this.groups.has(current) && !seen.has(current)) {
      seen.add(current);
      current = this.aliases.get(current)?.model ?? current;
    }
    return current;
  }

  /** The next name whose settings hold for this one too: what an alias stands for, the wildcard that covers a name. */
  behind(name: string): string | undefined {
    if (this.groups.has(name)) return undefined;
    return this.aliases.get(name)?.model ?? this.coveredBy(name);
  }

  /** A group, an alias, a name that a wildcard covers; a name with a star must be one of the file's own. */
  private isModel(name: string): boolean {
    return this.models.has(name) || (!name.includes('*') && this.coveredBy(name) !== undefined);
  }

  /** Chains are looked up without the provider too: `gpt-4o` is that of `openai/gpt-4o`. */
  private isModelOfProvider(name: string): boolean {
    return [...this.models].some((model) => {
      const provider = model.slice(0, model.indexOf('/') + 1);
      return provider !== '' && !provider.includes('*') && this.isModel(`${provider}${name}`);
    });
  }

  private coveredBy(name: string): string | undefined {
    return this.wildcards.find((wildcard) => wildcard.name !== name && wildcard.pattern.test(name))?.name;
  }
}

const prefixOf = ({ name }: Wildcard): number => name.indexOf('*');

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const patternOf = (wildcard: string): RegExp =>
  new RegExp(`^${wildcard.split('*').map(escaped).join('.*')}$`, 's');
