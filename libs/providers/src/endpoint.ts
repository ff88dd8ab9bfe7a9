import { GatewayError, TASK_OF, type Dialect } from '@tollgate/contracts';
import { codecOf } from '@tollgate/dialects';
import type { Adapter } from './kit/adapter.js';

/** How events are told apart in a stream: server-sent events, lines of JSON, or AWS's binary messages. */
export type Framing = 'sse' | 'ndjson' | 'aws-event-stream';

/** What a path may depend on. `basePath` is the path of the base URL, without a slash at its end. */
export interface PathQuery {
  /** Of the base URL. */
  readonly origin?: string;
  readonly basePath: string;
  /** The provider's name of the model. */
  readonly model: string;
  readonly apiVersion: string | null;
  readonly stream?: boolean;
  /** The client's, lower case, but for those that the deployment leaves out. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further parameters of the deployment. */
  readonly more?: Readonly<Record<string, string>>;
  /** The request ends with the beginning of an answer, to be gone on from. Default false. */
  readonly isContinued?: boolean;
}

/** One endpoint of a provider: the wire format it speaks, and where. */
export interface Endpoint {
  readonly dialect: Dialect;
  /** Path and query. */
  path(query: PathQuery): string;
  /** Of its streams. Default `sse`. */
  readonly framing?: Framing;
  /** Members of the body that this endpoint wants otherwise than its dialect has them; undefined: they go. */
  bodyEdits?(query: PathQuery): Readonly<Record<string, unknown>>;
  /** Where requests of the dialect have to be put in another form. */
  readonly adapter?: Adapter;
}

/** Who can serve a dialect, and whether it speaks it itself. */
export interface Way {
  readonly endpoint: Endpoint;
  readonly isSameDialect: boolean;
}

/** The endpoint of the caller's own dialect, else the first whose dialect it can be translated into; null: there is none. */
export function wayTo(endpoints: readonly Endpoint[], dialect: Dialect): Way | null {
  const own = endpoints.find((endpoint) => endpoint.dialect === dialect);
  if (own !== undefined) return { endpoint: own, isSameDialect: true };
  const task = TASK_OF[dialect];
  if (codecOf(dialect)?.front === undefined) return null;
  const other = endpoints.find(
    (endpoint) => TASK_OF[endpoint.dialect] === task && codecOf(endpoint.dialect)?.back !== undefined,
  );
  return other === undefined ? null : { endpoint: other, isSameDialect: false };
}

/** The error where there is no way: another deployment may have one. */
export const noWay = (label: string, model: string, dialect: Dialect): GatewayError =>
  new GatewayError(
    'endpoint_unsupported',
    `${label} has no endpoint for ${model} that could serve this request (${dialect}). Choose a model of a provider that has one.`,
    { param: 'model' },
  );
