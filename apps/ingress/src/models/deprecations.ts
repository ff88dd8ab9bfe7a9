import { Injectable } from '@nestjs/common';
import { LiveConfig, matchesPattern, type Deprecation, type GatewayConfig } from '@tollgate/config';
import { GatewayError } from '@tollgate/contracts';

/** A name that is on its way out. */
export interface Notice {
  /** As the config has it: of a wildcard the pattern. */
  readonly name: string;
  readonly deprecation: Deprecation;
  /** For every answer to a call that asks for the name. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The deprecated names of a config. A name without a say of its own has that of the group it stands for: an alias of a
 * group that goes away goes with it. Costs nothing while nothing is deprecated.
 */
@Injectable()
export class Deprecations {
  private notices: ReadonlyMap<string, Notice> = new Map();
  private names: ReadonlySet<string> = new Set();
  /** The most specific first, as the router takes them. */
  private wildcards: readonly string[] = [];
  private aliases: GatewayConfig['aliases'] = new Map();

  constructor(config: LiveConfig) {
    config.follow((now) => this.take(now));
  }

  of(model: string): Notice | undefined {
    if (this.notices.size === 0) return undefined;
    const own = this.notices.get(model);
    if (own !== undefined || this.names.has(model)) return own;
    const target = this.aliases.get(model)?.model;
    if (target !== undefined) return this.notices.get(target);
    const pattern = this.wildcards.find((wildcard) => matchesPattern(wildcard, model));
    return pattern === undefined ? undefined : this.notices.get(pattern);
  }

  /** Whether the name is past its sunset at a time (epoch milliseconds). */
  isGone(model: string, now: number): boolean {
    return isPast(this.of(model), now);
  }

  private take({ deployments, aliases, router }: GatewayConfig): void {
    this.notices = new Map(
      [...router.groups].flatMap(([name, { deprecated }]) =>
        deprecated === null ? [] : [[name, noticeOf(name, deprecated)]],
      ),
    );
    this.aliases = aliases;
    this.names = new Set(deployments.map(({ group }) => group));
    this.wildcards = [...this.names].filter((name) => name.includes('*')).sort(bySpecificity);
  }
}

export const isPast = (notice: Notice | undefined, now: number): boolean =>
  (notice?.deprecation.sunset ?? Infinity) <= now;

/** What a call for a name past its sunset is told. */
export function modelSunset(model: string, { deprecation: { sunset, use } }: Notice): GatewayError {
  const day = new Date(sunset ?? 0).toISOString().slice(0, 10);
  const successor = use === null ? 'See /v1/models for what there is.' : `Use '${use}' instead.`;
  return new GatewayError('model_sunset', `The model '${model}' was retired on ${day}. ${successor}`, {
    param: 'model',
  });
}

/** `Deprecation` as in RFC 9745, `Sunset` as in RFC 8594. */
function noticeOf(name: string, deprecation: Deprecation): Notice {
  const { since, sunset, use } = deprecation;
  return {
    name,
    deprecation,
    headers: {
      // The header must hold a date; of a deprecation without one all that matters is that it has begun.
      deprecation: `@${Math.floor((since ?? 0) / 1_000)}`,
      ...(sunset !== null && { sunset: new Date(sunset).toUTCString() }),
      ...(use !== null && { link: `</v1/models/${pathOf(use)}>; rel="successor-version"` }),
    },
  };
}

/** Slashes are part of the route. */
const pathOf = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

const bySpecificity = (left: string, right: string): number =>
  right.indexOf('*') - left.indexOf('*') || right.length - left.length;
