import { objectAt, optionalString, stringAt, type Json } from '../json/json.js';

/** A tool call of a request, which Cohere and OpenAI spell alike. */
export function functionCallAt(value: unknown, field: string): Json {
  const call = objectAt(value, field, 'request');
  const target = objectAt(call['function'], `${field}.function`, 'request');
  return {
    id: stringAt(call['id'], `${field}.id`, 'request'),
    type: 'function',
    function: {
      name: stringAt(target['name'], `${field}.function.name`, 'request'),
      arguments: optionalString(target['arguments'], `${field}.function.arguments`, 'request') ?? '{}',
    },
  };
}
