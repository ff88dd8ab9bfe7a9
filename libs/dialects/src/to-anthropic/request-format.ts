import { isObject, objectAt, stringAt, wrongType, type Json } from '../json/json.js';
import { JSON_ANSWER_TOOL } from '../json-answer-tool.js';

/**
 * How an answer is held to a schema: by Anthropic's `output_config.format`, or on models and with schemas that it does not
 * take, by a tool whose input is the answer.
 */
export type AnswerFormat = { readonly outputFormat: Json } | { readonly tool: Json };

/** Keywords that `output_config.format` refuses. */
const REFUSED_KEYWORDS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'patternProperties',
  'prefixItems',
  'not',
  'oneOf',
];

const ANY_OBJECT: Json = { type: 'object', additionalProperties: true };

/** Undefined where the answer is free text. `isNative` tells of the model: see `hasStructuredOutput`. */
export function formatOf(value: unknown, isNative: boolean): AnswerFormat | undefined {
  if (value === undefined || value === null) return undefined;
  const format = objectAt(value, 'response_format', 'request');
  const type = stringAt(format['type'], 'response_format.type', 'request');
  if (type === 'text') return undefined;
  if (type === 'json_object') return { tool: answerTool(ANY_OBJECT, 'Answer with a JSON object.') };
  if (type !== 'json_schema')
    throw wrongType('request', 'response_format.type', 'text, json_object or json_schema');
  const definition = objectAt(format['json_schema'], 'response_format.json_schema', 'request');
  const schema = objectAt(
    definition['schema'] ?? ANY_OBJECT,
    'response_format.json_schema.schema',
    'request',
  );
  if (isNative && isNativeSchema(schema)) return { outputFormat: { type: 'json_schema', schema } };
  const description = definition['description'];
  return { tool: answerTool(schema, typeof description === 'string' ? description : 'Answer in this form.') };
}

/** Structured output came with Claude 4.5; what is no Claude at all only has Anthropic's older interface for sure. */
export function hasStructuredOutput(model: unknown): boolean {
  if (typeof model !== 'string' || !model.includes('claude')) return false;
  return !/claude-(?:instant|v?[12]\b|2\.|3|(?:opus|sonnet)-4(?:-[01])?(?:$|[@:-]20|-latest))/.test(model);
}

const answerTool = (schema: Json, description: string): Json => ({
  name: JSON_ANSWER_TOOL,
  description,
  // Anthropic wants the type said; OpenAI takes a schema without.
  input_schema: schema['type'] === undefined ? { type: 'object', ...schema } : schema,
});

/** Every object is closed and no refused keyword is used; properties may be named as a keyword. */
function isNativeSchema(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isNativeSchema);
  if (!isObject(schema)) return true;
  if (REFUSED_KEYWORDS.some((keyword) => schema[keyword] !== undefined)) return false;
  const isClosed = schema['additionalProperties'] === false;
  if ((schema['type'] === 'object' || schema['properties'] !== undefined) && !isClosed) return false;
  return Object.entries(schema).every(([keyword, value]) => {
    if (keyword === 'enum' || keyword === 'const' || keyword === 'default' || keyword === 'examples')
      return true;
    const isNamed = keyword === 'properties' || keyword === '$defs' || keyword === 'definitions';
    return isNamed && isObject(value) ? Object.values(value).every(isNativeSchema) : isNativeSchema(value);
  });
}
