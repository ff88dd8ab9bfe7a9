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
 * its name: a provider that knows none refuses it, rather than that it is lost without a word.
 */
export function converseToRequest(request: Json, { model, stream }: FrontOptions): Json {
  const travelling = Object.entries(request).filter(([name]) => !CONSUMED.has(name));
  const { shared, rest } = modelFieldsOf(request['additionalModelRequestFields']);
  return {
    ...Object.fromEntries(travelling),
    model,
    messages: chatMessagesOf(request),
    ...present({
      ...inferenceFields(request['inferenceConfig']),
      ...chatToolsOf(request['toolConfig']),
      ...shared,
      response_format: responseFormatOf(request['outputConfig']),
      service_tier: isObject(request['serviceTier']) ? request['serviceTier']['type'] : undefined,
      additionalModelRequestFields: Object.keys(rest).length === 0 ? undefined : rest,
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
    inferenceConfig: Object.keys(unknown).length === 0 ? undefined : unknown,
  };
}

function modelFieldsOf(value: unknown): { readonly shared: Json; readonly rest: Json } {
  const fields = isObject(value) ? value : {};
  const isShared = (name: string): boolean => (SHARED_MODEL_FIELDS as readonly string[]).includes(name);
  const entries = Object.entries(fields);
  return {
    shared: Object.fromEntries(entries.filter(([name]) => isShared(name))),
    rest: Object.fromEntries(entries.filter(([name]) => !isShared(name))),
  };
}

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
