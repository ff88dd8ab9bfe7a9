import {
  isObject,
  objectAt,
  optionalList,
  optionalString,
  stringAt,
  wrongType,
  type Json,
  wordOf,
} from '../../json/json.js';
import { present } from '../../json/present.js';
import { wordTable } from '../../json/word-table.js';
import type { Refusals } from '../../refusals.js';
import { geminiSchemaOf } from '../schema-to-gemini.js';

/** Gemini's own tools, which a caller names by their field: `{ codeExecution: {} }`. */
const OWN_TOOLS: Readonly<Record<string, string>> = wordTable({
  googleSearch: 'googleSearch',
  google_search: 'googleSearch',
  googleSearchRetrieval: 'googleSearchRetrieval',
  codeExecution: 'codeExecution',
  code_execution: 'codeExecution',
  urlContext: 'urlContext',
  url_context: 'urlContext',
  fileSearch: 'fileSearch',
  googleMaps: 'googleMaps',
  computerUse: 'computerUse',
  enterpriseWebSearch: 'enterpriseWebSearch',
  retrieval: 'retrieval',
});

/** Gemini's `tools`: one with all functions, then its own. */
export function toolsOf(request: Json, refusals: Refusals): Json[] {
  const functionDeclarations: Json[] = [];
  const own: Json[] = [];
  optionalList(request['tools'], 'tools', 'request').forEach((value, index) => {
    const field = `tools[${index}]`;
    const tool = objectAt(value, field, 'request');
    if (isObject(tool['function'])) functionDeclarations.push(declarationOf(tool['function'], field));
    else if (tool['type'] === 'function') throw wrongType('request', `${field}.function`, 'an object');
    else own.push(...ownTool(tool, field, refusals));
  });
  const search = request['web_search_options'];
  if (isObject(search)) own.push(searchTool(search, refusals));
  return functionDeclarations.length > 0 ? [{ functionDeclarations }, ...own] : own;
}

function declarationOf(definition: Json, field: string): Json {
  const description = optionalString(definition['description'], `${field}.function.description`, 'request');
  return {
    name: stringAt(definition['name'], `${field}.function.name`, 'request'),
    ...present({ description }),
    ...parametersOf(definition['parameters'], `${field}.function.parameters`),
  };
}

/** Gemini wants no parameters where a function has none. */
function parametersOf(value: unknown, field: string): Json {
  if (value === undefined || value === null) return {};
  const schema = objectAt(value, field, 'request');
  const isEmpty = isObject(schema['properties'])
    ? Object.keys(schema['properties']).length === 0
    : schema['properties'] === undefined && schema['$ref'] === undefined && schema['anyOf'] === undefined;
  if (isEmpty && (schema['additionalProperties'] ?? false) === false) return {};
  const own = geminiSchemaOf(schema);
  return own === null ? { parametersJsonSchema: schema } : { parameters: own };
}

function ownTool(tool: Json, field: string, refusals: Refusals): Json[] {
  const { type, ...fields } = tool;
  const name = Object.keys(fields).find((each) => OWN_TOOLS[each] !== undefined);
  if (name !== undefined) return [{ [OWN_TOOLS[name] ?? name]: fields[name] }];
  refusals.refuse(field, `a tool of type '${wordOf(type)}'`);
  return [];
}

function searchTool({ search_context_size: size, user_location: place }: Json, refusals: Refusals): Json {
  if (size !== undefined && size !== null && size !== 'medium')
    refusals.refuse('web_search_options.search_context_size');
  if (place !== undefined && place !== null) refusals.refuse('web_search_options.user_location');
  return { googleSearch: {} };
}

const MODES: Readonly<Record<string, string>> = wordTable({
  auto: 'AUTO',
  none: 'NONE',
  required: 'ANY',
  any: 'ANY',
});

/** Gemini's `toolConfig`, beginning with what the caller gave of it; undefined where there is nothing to say. */
export function toolConfigOf(request: Json, tools: readonly Json[], refusals: Refusals): Json | undefined {
  if (request['parallel_tool_calls'] === false && tools.length > 0) refusals.refuse('parallel_tool_calls');
  const own = isObject(request['toolConfig']) ? request['toolConfig'] : undefined;
  const choice = request['tool_choice'];
  if (choice === undefined || choice === null || tools.length === 0) return own;
  const functionCallingConfig = callingConfig(choice, refusals);
  return functionCallingConfig === undefined ? own : { ...own, functionCallingConfig };
}

function callingConfig(choice: unknown, refusals: Refusals): Json | undefined {
  if (typeof choice === 'string' && MODES[choice] !== undefined) return { mode: MODES[choice] };
  if (!isObject(choice)) throw wrongType('request', 'tool_choice', 'auto, none, required or a function');
  if (choice['type'] === 'function') {
    return { mode: 'ANY', allowedFunctionNames: [nameOf(choice, 'tool_choice')] };
  }
  if (choice['type'] === 'allowed_tools') return allowedTools(choice);
  refusals.refuse('tool_choice', `of type '${wordOf(choice['type'])}'`);
  return undefined;
}

/** Gemini restricts a free choice in its mode `VALIDATED` alone. */
function allowedTools(choice: Json): Json {
  const field = 'tool_choice.allowed_tools';
  const { mode, tools } = objectAt(choice['allowed_tools'], field, 'request');
  return {
    mode: mode === 'required' ? 'ANY' : 'VALIDATED',
    allowedFunctionNames: optionalList(tools, `${field}.tools`, 'request').map((tool, index) =>
      nameOf(objectAt(tool, `${field}.tools[${index}]`, 'request'), `${field}.tools[${index}]`),
    ),
  };
}

function nameOf(choice: Json, field: string): string {
  const target = objectAt(choice['function'], `${field}.function`, 'request');
  return stringAt(target['name'], `${field}.function.name`, 'request');
}
