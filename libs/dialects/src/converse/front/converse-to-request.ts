import type { FrontOptions } from '../../codec/codec.js';
import { isObject, objectAt, optionalList, optionalNumber, stringAt, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { chatMessagesOf } from './chat-messages.js';
import { chatToolsOf } from './chat-tools.js';

/** Fields that the translation reads; all others travel on. */
const CONSUMED = new Set([
  'messages',
  'system',
  'inferenceConfig',
  'toolConfig',
  'outputConfig',
  'serviceTier',
  'additionalModelRequestFields',
]);

/** Fields of a model beside Converse's that chat has a name for. */
const SHARED_MODEL_FIELDS = ['thinking', 'top_k', 'reasoning_effort'] as const;

/**
 * A request of Bedrock's Converse as an OpenAI chat request. What Bedrock alone reads (its guardrails, fields of one model) keeps
 * its name unless it may be dropped: a provider that knows none refuses it, rather than that it is lost without a word.
 */
export function converseToRequest(request: Json, { model, stream, dropParams }: FrontOptions): Json {
  const { shared, rest } = modelFieldsOf(request['additionalModelRequestFields']);
  const { unknown, ...inference } = inferenceFields(request['inferenceConfig']);
  const bedrocksOwn = {
    ...Object.fromEntries(Object.entries(request).filter(([name]) => !CONSUMED.has(name))),
    ...present({ inferenceConfig: unknown, additionalModelRequestFields: rest }),
  };
  return {
    ...(dropParams ? {} : bedrocksOwn),
    model,
    messages: chatMessagesOf(request),
    ...present({
      ...inference,
      ...chatToolsOf(request['toolConfig']),
      ...shared,
      response_format: responseFormatOf(request['outputConfig']),
      service_tier: isObject(request['serviceTier']) ? request['serviceTier']['type'] : undefined,
      stream: stream ? true : undefined,
    }),
  };
}

function inferenceFields(value: unknown): Json {
  if (value === undefined || value === null) return {};
  const { maxTokens, temperature, topP, stopSequences, ...unknown } = objectAt(
    value,
    'inferenceConfig',
    'request',
  );
  const stop = optionalList(stopSequences, 'inferenceConfig.stopSequences', 'request');
  return {
    max_tokens: optionalNumber(maxTokens, 'inferenceConfig.maxTokens', 'request'),
    temperature: optionalNumber(temperature, 'inferenceConfig.temperature', 'request'),
    top_p: optionalNumber(topP, 'inferenceConfig.topP', 'request'),
    stop: stop.length === 0 ? undefined : stop,
    unknown: someOf(Object.entries(unknown)),
  };
}

function modelFieldsOf(value: unknown): { readonly shared: Json; readonly rest: Json | undefined } {
  const fields = isObject(value) ? value : {};
  const isShared = (name: string): boolean => (SHARED_MODEL_FIELDS as readonly string[]).includes(name);
  const entries = Object.entries(fields);
  return {
    shared: Object.fromEntries(entries.filter(([name]) => isShared(name))),
    rest: someOf(entries.filter(([name]) => !isShared(name))),
  };
}

const someOf = (entries: readonly (readonly [string, unknown])[]): Json | undefined =>
  entries.length === 0 ? undefined : Object.fromEntries(entries);

function responseFormatOf(config: unknown): Json | undefined {
  if (!isObject(config)) return undefined;
  const format = objectAt(config['textFormat'], 'outputConfig.textFormat', 'request');
  const structure = objectAt(format['structure'], 'outputConfig.textFormat.structure', 'request');
  const field = 'outputConfig.textFormat.structure.jsonSchema';
  const { name, description, schema } = objectAt(structure['jsonSchema'], field, 'request');
  return {
    type: 'json_schema',
    json_schema: {
      ...present({ name: name ?? 'answer', description }),
      strict: true,
      schema: schemaOf(stringAt(schema, `${field}.schema`, 'request'), `${field}.schema`),
    },
  };
}

/** Converse has the schema as a text. */
function schemaOf(text: string, field: string): Json {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    schema = undefined;
  }
  return objectAt(schema, field, 'request');
}
