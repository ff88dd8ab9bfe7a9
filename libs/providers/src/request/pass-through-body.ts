import type { Dialect } from '@tollgate/contracts';
import { isOwnField, scanObject, spliceObject, type ObjectMembers } from '@tollgate/dialects';
import type { Endpoint } from '../endpoint.js';
import type { Provider } from '../provider.js';
import { cachePointEdits } from './cache-points.js';
import { namesModel } from './dialect-bodies.js';
import { isApplicable, type BodyOptions } from './request-options.js';

export interface BodyQuery {
  readonly provider: Provider;
  readonly endpoint: Endpoint;
  /** Members that the endpoint wants otherwise (`Endpoint.bodyEdits`). */
  readonly edits: Readonly<Record<string, unknown>>;
  /** The provider's name of the model. */
  readonly model: string;
  readonly stream: boolean;
  readonly options: BodyOptions;
}

/**
 * The client's body for a provider of the same dialect: model swapped, the gateway's own fields out, the deployment's wishes in,
 * every other byte as the client sent it.
 */
export function passThroughBody(body: Uint8Array, query: BodyQuery): Uint8Array {
  const { provider, endpoint, options } = query;
  const { dialect } = endpoint;
  const members = scanObject(body);
  const edits: Record<string, string | undefined> = {};
  for (const { name } of members.written) {
    const isForeign = isOwnField(name) || (name === 'metadata' && !provider.acceptsMetadata);
    if (isForeign || options.additionalDropParams.includes(name)) edits[name] = undefined;
  }
  for (const name in options.defaults) {
    if (isApplicable(name, (field) => members.has(field)))
      edits[name] = JSON.stringify(options.defaults[name]);
  }
  Object.assign(edits, cachePointEdits(body, members, dialect, options.cachePoints));
  if (HAS_STREAM_OPTIONS.has(dialect)) editStreamOptions(edits, body, members, query);
  for (const name in options.extraBody) edits[name] = JSON.stringify(options.extraBody[name]);
  if (namesModel(dialect)) edits['model'] = JSON.stringify(query.model);
  for (const name in query.edits) {
    const value = query.edits[name];
    edits[name] = value === undefined ? undefined : JSON.stringify(value);
  }
  return spliceObject(body, edits, members);
}

const HAS_STREAM_OPTIONS: ReadonlySet<Dialect> = new Set(['openai-chat', 'openai-completions']);

/** A streamed answer's usage is always asked for: it is the bill. */
function editStreamOptions(
  edits: Record<string, string | undefined>,
  body: Uint8Array,
  members: ObjectMembers,
  { provider, stream }: BodyQuery,
): void {
  const sent = members.get('stream_options');
  if (!provider.asksStreamUsage) {
    if (sent !== undefined) edits['stream_options'] = undefined;
    return;
  }
  if (!stream) return;
  const ask: Record<string, string> = { include_usage: 'true' };
  const value = sent === undefined ? undefined : body.subarray(sent.valueStart, sent.valueEnd);
  edits['stream_options'] =
    value?.[0] === 0x7b ? Buffer.from(spliceObject(value, ask)).toString() : '{"include_usage":true}';
}
