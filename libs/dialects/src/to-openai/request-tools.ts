import { GatewayError } from '@tollgate/contracts';
import { isObject, objectAt, optionalList, stringAt, wrongType, type Json } from '../json/json.js';
import { wordTable } from '../json/word-table.js';

/** `tools` and, of Anthropic's server tools the one that OpenAI has too, `web_search_options`. */
export function chatToolsOf(request: Json): Json {
  const tools: Json[] = [];
  let search: Json | undefined;
  optionalList(request['tools'], 'tools', 'request').forEach((value, index) => {
    const tool = objectAt(value, `tools[${index}]`, 'request');
    if (isSearch(tool)) search = searchOptions(tool);
    else tools.push(functionTool(tool, `tools[${index}]`));
  });
  return { ...(tools.length > 0 && { tools }), ...(search !== undefined && { web_search_options: search }) };
}

const isSearch = ({ type }: Json): boolean => typeof type === 'string' && type.startsWith('web_search_');

function searchOptions({ user_location: place }: Json): Json {
  if (!isObject(place)) return {};
  const { type: _type, ...approximate } = place;
  return { user_location: { type: 'approximate', approximate } };
}

function functionTool(tool: Json, field: string): Json {
  const type = typeof tool['type'] === 'string' ? tool['type'] : 'custom';
  if (type !== 'custom' || tool['input_schema'] === undefined) {
    throw new GatewayError(
      'unsupported_parameter',
      `An OpenAI-shaped provider does not support '${field}' (a tool of type '${type}'). Leave it out, ` +
        `or call a model of a provider that speaks Anthropic's format.`,
      { param: field },
    );
  }
  return {
    type: 'function',
    function: {
      name: stringAt(tool['name'], `${field}.name`, 'request'),
      ...(typeof tool['description'] === 'string' && { description: tool['description'] }),
      parameters: objectAt(tool['input_schema'], `${field}.input_schema`, 'request'),
      ...(typeof tool['strict'] === 'boolean' && { strict: tool['strict'] }),
    },
    ...(tool['cache_control'] !== undefined && { cache_control: tool['cache_control'] }),
  };
}

const CHOICES: Readonly<Record<string, string>> = wordTable({ auto: 'auto', any: 'required', none: 'none' });

/** `tool_choice` and `parallel_tool_calls` from Anthropic's one field. */
export function chatToolChoiceOf(value: unknown): Json {
  if (value === undefined || value === null) return {};
  const choice = objectAt(value, 'tool_choice', 'request');
  const type = stringAt(choice['type'], 'tool_choice.type', 'request');
  const parallel = choice['disable_parallel_tool_use'] === true ? { parallel_tool_calls: false } : {};
  if (type === 'tool') {
    const name = stringAt(choice['name'], 'tool_choice.name', 'request');
    return { tool_choice: { type: 'function', function: { name } }, ...parallel };
  }
  if (CHOICES[type] === undefined) throw wrongType('request', 'tool_choice.type', 'auto, any, none or tool');
  return { tool_choice: CHOICES[type], ...parallel };
}
