import { isObject, type Json } from '../json/json.js';
import { camelCase } from './fields.js';

/** Counts that Google's API also takes as strings. */
const COUNTS = new Set(['minItems', 'maxItems', 'minProperties', 'maxProperties', 'minLength', 'maxLength']);

/** Gemini's own schema (a part of OpenAPI's, types in capitals) as a JSON schema. */
export function jsonSchemaOf(schema: Json): Json {
  const result: Json = {};
  for (const [name, content] of Object.entries(schema)) {
    if (content === null || content === undefined) continue;
    const keyword = camelCase(name);
    if (keyword !== 'nullable') result[keyword] = keywordOf(keyword, content);
  }
  // The format only says that there is an enumeration.
  if (result['format'] === 'enum') delete result['format'];
  return schema['nullable'] === true ? nullable(result) : result;
}

function keywordOf(keyword: string, content: unknown): unknown {
  if (keyword === 'type' && typeof content === 'string') return content.toLowerCase();
  if (keyword === 'items' && isObject(content)) return jsonSchemaOf(content);
  if (keyword === 'anyOf' && Array.isArray(content)) {
    return content.map((each: unknown) => (isObject(each) ? jsonSchemaOf(each) : each));
  }
  if (keyword === 'properties' && isObject(content)) {
    const entries = Object.entries(content).map(([name, property]) => [
      name,
      isObject(property) ? jsonSchemaOf(property) : property,
    ]);
    return Object.fromEntries(entries) as Json;
  }
  return COUNTS.has(keyword) && typeof content === 'string' ? Number(content) : content;
}

function nullable(schema: Json): Json {
  const { type, enum: values, anyOf } = schema as { type?: unknown; enum?: unknown; anyOf?: unknown };
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...(anyOf as unknown[]), { type: 'null' }] };
  return {
    ...schema,
    ...(type !== undefined && { type: [type, 'null'] }),
    ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] }),
  };
}
