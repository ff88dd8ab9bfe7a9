import { GatewayError, TASK_OF, type Dialect, type PartialAnswer } from '@tollgate/contracts';
import { codecOf, continuedRequest, isOwnField, type Codec, type Json } from '@tollgate/dialects';
import { markedRequest, pointsOf } from './cache-points.js';
import { prefillOf } from './continued-body.js';
import { namesModel } from './dialect-bodies.js';
import type { BodyQuery } from './pass-through-body.js';
import { isApplicable } from './request-options.js';
import { strictMessages } from './strict-messages.js';

/** Anthropic requires `max_tokens`; LiteLLM's default for a caller that names none. */
const DEFAULT_MAX_TOKENS = 4_096;

export interface TranslationQuery extends BodyQuery {
  /** The caller's dialect. */
  readonly from: Dialect;
  /** The model as the caller named it. */
  readonly asked: string;
  readonly partial: PartialAnswer | undefined;
}

/** The client's body in the provider's dialect. Throws GatewayErrors of the 400 kind for what cannot be translated. */
export function translatedBody(body: Uint8Array, query: TranslationQuery): Uint8Array {
  const { endpoint, model, stream, options, partial, provider, from, asked } = query;
  const { dialect } = endpoint;
  const { dropParams } = options;
  const { front } = codec(from);
  const { back } = codec(dialect);
  if (front === undefined || back === undefined) throw new GatewayError('internal', 'Internal server error');
  const sent = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()) as Json;
  const plain = front.toCanonical(ownRequest(sent, query), { model: asked, stream, dropParams });
  const points = TASK_OF[from] === 'chat' ? pointsOf(sent, options.cachePoints) : [];
  const canonical = points.length === 0 ? plain : markedRequest(plain, points);
  const continued =
    partial === undefined
      ? canonical
      : { ...canonical, ...continuedRequest(canonical, partial.text, dialect, prefillOf(provider, model)) };
  // What can be asked depends on the provider's model, not on the name that the client knows it by.
  const named = namesModel(dialect) ? { ...continued, model, stream } : continued;
  const translated = back.fromCanonical(named, {
    model,
    stream,
    dropParams,
    defaultMaxTokens: DEFAULT_MAX_TOKENS,
  });
  const fitted = dialect === 'openai-chat' ? fittedChat(translated.body, query) : translated.body;
  return Buffer.from(JSON.stringify({ ...fitted, ...options.extraBody, ...query.edits }));
}

const codec = (dialect: Dialect): Partial<Codec> => codecOf(dialect) ?? {};

/** What the client asks of the model, with the deployment's defaults and without the gateway's own fields. */
function ownRequest(sent: Json, { options }: BodyQuery): Json {
  const request: Json = {};
  for (const name in sent) {
    if (!isOwnField(name) && !options.additionalDropParams.includes(name)) request[name] = sent[name];
  }
  const { defaults } = options;
  for (const name in defaults) {
    if (isApplicable(name, (field) => Object.hasOwn(sent, field))) request[name] = defaults[name];
  }
  return request;
}

/** A streamed answer's usage is always asked for: it is the bill. */
function fittedChat({ metadata, max_tokens: cap, ...chat }: Json, { provider, stream }: BodyQuery): Json {
  return {
    ...chat,
    ...(cap !== undefined && { [provider.outputCapField]: cap }),
    ...(provider.checksMessages === true && { messages: strictMessages(chat['messages']) }),
    ...(metadata === undefined || !provider.acceptsMetadata ? {} : { metadata }),
    ...(stream && provider.asksStreamUsage ? { stream_options: { include_usage: true } } : {}),
  };
}
