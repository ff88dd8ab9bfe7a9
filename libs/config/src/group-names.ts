import type { Deployment, GatewayConfig } from './gateway-config.js';
import { didYouMean } from './nearest.js';

/** The names that a call can reach. */
export class GroupNames {
  private readonly exact: ReadonlySet<string>;
  private readonly patterns: readonly RegExp[];

  constructor(deployments: readonly Deployment[], aliases: GatewayConfig['aliases']) {
    const groups = deployments.map(({ group }) => group);
    this.exact = new Set([...groups, ...aliases.keys(), ...deployments.map(({ id }) => id)]);
    this.patterns = groups.filter((group) => group.includes('*')).map(patternOf);
  }

  has(name: string): boolean {
    return this.exact.has(name) || this.patterns.some((pattern) => pattern.test(name));
  }

  /** What to say of a name that is not there. */
  missing(name: string): string {
    return `there is no model ${name}${didYouMean(name, this.exact)}`;
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const patternOf = (wildcard: string): RegExp =>
  new RegExp(`^${wildcard.split('*').map(escaped).join('.*')}$`, 's');
