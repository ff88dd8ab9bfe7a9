import type { Json } from '../json/json.js';
import { jsonSchemaOf } from './schema-from-gemini.js';
import { geminiSchemaOf } from './schema-to-gemini.js';

const object = (properties: Json, fields: Json = {}): Json => ({ type: 'object', properties, ...fields });

describe('a JSON schema as one of Gemini', () => {
  it('has references put in, types in capitals, and no null', () => {
    const schema = object(
      {
        place: { $ref: '#/$defs/Place', description: 'where' },
        kind: { const: 'a' },
        sizes: { type: 'array', items: { enum: ['s', 'm'] }, minItems: 1 },
        maybe: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
        either: { oneOf: [{ type: 'string' }, { type: 'number' }] },
        null: { type: ['string', 'null'] },
      },
      {
        $schema: 'x',
        additionalProperties: false,
        required: ['place'],
        $defs: { Place: object({ city: { type: 'string' } }) },
      },
    );
    expect(geminiSchemaOf(schema)).toEqual({
      type: 'OBJECT',
      required: ['place'],
      properties: {
        place: { type: 'OBJECT', description: 'where', properties: { city: { type: 'STRING' } } },
        kind: { type: 'STRING', enum: ['a'] },
        sizes: { type: 'ARRAY', items: { type: 'STRING', enum: ['s', 'm'] }, minItems: 1 },
        maybe: { type: 'INTEGER', nullable: true },
        either: { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
        null: { type: 'STRING', nullable: true },
      },
    });
  });

  it.each([
    ['refers to itself', { $ref: '#/$defs/a', $defs: { a: object({ a: { $ref: '#/$defs/a' } }) } }],
    ['is open to more', object({ a: { type: 'string' } }, { additionalProperties: { type: 'number' } })],
    ['is one of some numbers', object({ a: { type: 'integer', enum: [1, 2] } })],
    ['has a format that Gemini lacks', object({ a: { type: 'string', format: 'email' } })],
    ['has nothing in it', object({ a: object({}) })],
    ['can be anything', object({ a: {} })],
    ['is negated', object({ a: { not: { type: 'string' } } })],
    ['is of tomorrow', object({ a: { type: 'string', keywordOfTomorrow: 1 } })],
  ])('is none where it %s', (_what, schema) => {
    expect(geminiSchemaOf(schema)).toBeNull();
  });
});

it("Gemini's schema is a JSON schema", () => {
  const schema = {
    type: 'OBJECT',
    properties: {
      a: { type: 'ARRAY', items: { type: 'STRING', format: 'enum', enum: ['x'] }, min_items: '1' },
      b: { any_of: [{ type: 'STRING' }], nullable: true },
      c: { type: 'STRING', enum: ['x'], nullable: true },
    },
    propertyOrdering: ['a', 'b'],
  };
  expect(jsonSchemaOf(schema)).toEqual(
    object(
      {
        a: { type: 'array', items: { type: 'string', enum: ['x'] }, minItems: 1 },
        b: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        c: { type: ['string', 'null'], enum: ['x', null] },
      },
      { propertyOrdering: ['a', 'b'] },
    ),
  );
});
