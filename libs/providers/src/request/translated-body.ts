import { chatToMessages, messagesToChat, type Json } from '@tollgate/dialects';
import { isOwnField } from './own-fields.js';
import type { BodyQuery } from './pass-through-body.js';
import { applicableDefaults } from './request-options.js';

/** Anthropic requires `max_tokens`; LiteLLM's default for a caller that names none. */
const DEFAULT_MAX_TOKENS = 4_096;

/** The client's body in the provider's dialect. Throws GatewayErrors of the 400 kind for what cannot be translated. */
export function translatedBody(body: Uint8Array, query: BodyQuery): Uint8Array {
  const request = ownRequest(body, query);
  const translated =
    query.provider.dialect === 'anthropic-messages' ? toMessages(request, query) : toChat(request, query);
  const whole = { ...translated, ...query.options.extraBody, model: query.model, stream: query.stream };
  return Buffer.from(JSON.stringify(whole));
}

/** What the client asks of the model, with the deployment's defaults and without the gateway's own fields. */
function ownRequest(body: Uint8Array, { options }: BodyQuery): Json {
  const sent = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()) as Json;
  const request: Json = {};
  for (const name in sent) {
    if (!isOwnField(name) && !options.additionalDropParams.includes(name)) request[name] = sent[name];
  }
  for (const [name, value] of applicableDefaults(options.defaults, (field) => Object.hasOwn(sent, field))) {
    request[name] = value;
  }
  return request;
}

function toMessages({ metadata, ...request }: Json, { options, model }: BodyQuery): Json {
  // What can be asked depends on the provider's model, not on the name that the client knows it by.
  const { body } = chatToMessages(
    { ...request, model },
    {
      defaultMaxTokens: DEFAULT_MAX_TOKENS,
      dropParams: options.dropParams,
    },
  );
  // Of OpenAI's free-form metadata Anthropic knows the user's id alone.
  const userId = (metadata as Json | null | undefined)?.['user_id'];
  return typeof userId === 'string' && body['metadata'] === undefined
    ? { ...body, metadata: { user_id: userId } }
    : body;
}

function toChat(request: Json, { provider, stream }: BodyQuery): Json {
  const { metadata, ...chat } = messagesToChat(request);
  return {
    ...chat,
    ...(metadata === undefined || !provider.acceptsMetadata ? {} : { metadata }),
    ...(stream && provider.asksStreamUsage ? { stream_options: { include_usage: true } } : {}),
  };
}
