import { isObject, type Json } from '../json/json.js';
import { wordTable } from '../json/word-table.js';

/** Keywords that mean the same in Gemini's own schema. */
const SHARED = new Set([
  'title',
  'description',
  'nullable',
  'default',
  'required',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'propertyOrdering',
]);

/** Keywords that bind no value, or are read elsewhere. */
const SILENT = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'type',
  'format',
]);

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object']);
const FORMATS: ReadonlySet<unknown> = new Set(['enum', 'date-time', 'float', 'double', 'int32', 'int64']);

/** How deep a schema may be, which bounds one that refers to itself. */
const MOST_LEVELS = 32;

interface Place {
  readonly root: Json;
  readonly level: number;
}

/**
 * A JSON schema in Gemini's own form (a part of OpenAPI's, types in capitals), or null where that form cannot say the same:
 * then Google's API takes the JSON schema itself. References are put in, a constant is an enumeration of one, a
 * null among the types is `nullable`; that an object is closed goes without saying.
 */
export const geminiSchemaOf = (schema: Json): Json | null => schemaAt(schema, { root: schema, level: 0 });

function schemaAt(value: unknown, place: Place): Json | null {
  if (!isObject(value) || place.level > MOST_LEVELS) return null;
  const inner = { ...place, level: place.level + 1 };
  if (value['$ref'] !== undefined) return referenced(value, inner);
  const result: Json = {};
  for (const [keyword, content] of Object.entries(value)) {
    if (SILENT.has(keyword) || content === undefined) continue;
    const part = SHARED.has(keyword) ? { [keyword]: content } : KEYWORDS[keyword]?.(content, inner);
    if (part === undefined || part === null) return null;
    Object.assign(result, part);
  }
  return typed(value, result);
}

type Keyword = (content: unknown, place: Place) => Json | null;

const KEYWORDS: Readonly<Record<string, Keyword>> = wordTable({
  properties: propertiesOf,
  items: (content, place) => {
    const items = schemaAt(content, place);
    return items === null ? null : { items };
  },
  anyOf: alternatives,
  oneOf: alternatives,
  allOf: (content, place) =>
    Array.isArray(content) && content.length === 1 ? schemaAt(content[0], place) : null,
  enum: enumeration,
  const: (content) => (typeof content === 'string' ? { enum: [content], type: 'STRING' } : null),
  additionalProperties: (content) => (content === false ? {} : null),
});

function referenced({ $ref: reference, ...beside }: Json, place: Place): Json | null {
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return null;
  const path = reference.slice(2).split('/').map(unescaped);
  const target = path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), place.root);
  return isObject(target) ? schemaAt({ ...target, ...beside }, place) : null;
}

const unescaped = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~');

function propertiesOf(content: unknown, place: Place): Json | null {
  if (!isObject(content)) return null;
  const properties: Json = {};
  for (const [name, schema] of Object.entries(content)) {
    const property = schemaAt(schema, place);
    if (property === null) return null;
    properties[name] = property;
  }
  return { properties };
}

function alternatives(content: unknown, place: Place): Json | null {
  if (!Array.isArray(content)) return null;
  const others = content.filter((each) => !isNullType(each));
  const schemas = others.map((each) => schemaAt(each, place));
  if (schemas.length === 0 || schemas.includes(null)) return null;
  const nullable = others.length < content.length ? { nullable: true } : {};
  return schemas.length === 1 ? { ...schemas[0], ...nullable } : { anyOf: schemas, ...nullable };
}

const isNullType = (schema: unknown): boolean => isObject(schema) && schema['type'] === 'null';

function enumeration(content: unknown): Json | null {
  if (!Array.isArray(content)) return null;
  const values: unknown[] = content.filter((each) => each !== null);
  if (values.length === 0 || !values.every((each) => typeof each === 'string')) return null;
  return { enum: values, type: 'STRING', ...(values.length < content.length && { nullable: true }) };
}

/** With `type` and `format`; an object must have properties and whatever is no alternative a type. */
function typed({ type, format }: Json, result: Json): Json | null {
  const types: unknown[] = (Array.isArray(type) ? type : [type]).filter((each) => each !== 'null');
  const own = types[0] === undefined ? (result['type'] ?? impliedType(result)) : capitals(types[0]);
  if (types.length > 1 || own === null) return null;
  if (format !== undefined && !FORMATS.has(format)) return null;
  if (own === undefined && result['anyOf'] === undefined) return null;
  const { properties } = result;
  if (own === 'OBJECT' && (!isObject(properties) || Object.keys(properties).length === 0)) return null;
  return {
    ...result,
    ...(own !== undefined && { type: own }),
    ...(format !== undefined && { format }),
    ...(Array.isArray(type) && types.length < type.length && { nullable: true }),
  };
}

/** Null for what is no type of Gemini's. */
function capitals(type: unknown): string | null {
  const name = typeof type === 'string' ? type.toLowerCase() : '';
  return TYPES.has(name) ? name.toUpperCase() : null;
}

function impliedType({ properties, items }: Json): string | undefined {
  if (properties !== undefined) return 'OBJECT';
  return items === undefined ? undefined : 'ARRAY';
}
