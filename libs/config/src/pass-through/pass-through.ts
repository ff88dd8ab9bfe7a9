import type { Setting } from '../setting-value.js';

/** An API of somebody else's at a path of the gateway (`pass_through_endpoints`). */
export interface PassThrough {
  /** Begins with `/` and does not end with one. */
  readonly path: string;
  /** URL that stands for the path. */
  readonly target: Setting;
  /** What is below the path goes to what is below the target. */
  readonly includeSubpath: boolean;
  /** The client's own headers go along, but for its credentials; else those alone that begin with `x-pass-`. */
  readonly forwardHeaders: boolean;
  /** Sent with every request, over the client's: the credentials of the target. */
  readonly headers: Readonly<Record<string, Setting>>;
  /** Unless the client's query has them. */
  readonly queryDefaults: Readonly<Record<string, string>>;
  /** null: all. */
  readonly methods: ReadonlySet<string> | null;
  /** Nano-dollars. */
  readonly requestNanos: number;
}

/** The provider that all of them are deployments of, each with its path as the model. */
export const PASS_THROUGH = 'pass_through';

/** The endpoint of a path of the gateway: of several the one that says most. */
export function passThroughOf(endpoints: readonly PassThrough[], path: string): PassThrough | undefined {
  return endpoints
    .filter((endpoint) => covers(endpoint, path))
    .reduce<PassThrough | undefined>(
      (best, endpoint) => (best === undefined || endpoint.path.length > best.path.length ? endpoint : best),
      undefined,
    );
}

const covers = ({ path: own, includeSubpath }: PassThrough, path: string): boolean =>
  path === own || path === `${own}/` || (includeSubpath && path.startsWith(`${own}/`));
