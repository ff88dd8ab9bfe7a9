import {
  isObject,
  objectAt,
  optionalList,
  optionalString,
  stringAt,
  wrongType,
  type Json,
  wordOf,
} from '../json/json.js';
import { wordTable } from '../json/word-table.js';
import type { Refusals } from '../refusals.js';

/** How many searches OpenAI's search sizes stand for, as LiteLLM has them. */
const MAX_SEARCHES: Readonly<Record<string, number>> = wordTable({ low: 1, medium: 5, high: 10 });

/** Anthropic tools of a chat request; Anthropic's own kinds (with a name of their own) pass unchanged. */
export function toolsOf(request: Json, keepStrict: boolean, refusals: Refusals): Json[] {
  const tools = optionalList(request['tools'], 'tools', 'request').flatMap((value, index) => {
    const field = `tools[${index}]`;
    const tool = objectAt(value, field, 'request');
    if (isObject(tool['function'])) return [functionTool(tool, tool['function'], field, keepStrict)];
    if (tool['type'] === 'function') throw wrongType('request', `${field}.function`, 'an object');
    if (typeof tool['name'] === 'string') return [tool];
    refusals.refuse(field, `a tool of type '${wordOf(tool['type'])}'`);
    return [];
  });
  const search = request['web_search_options'];
  return isObject(search) ? [...tools, searchTool(search)] : tools;
}

function functionTool(tool: Json, definition: Json, field: string, keepStrict: boolean): Json {
  const description = optionalString(definition['description'], `${field}.function.description`, 'request');
  const parameters = definition['parameters'] ?? { type: 'object', properties: {} };
  const schema = objectAt(parameters, `${field}.function.parameters`, 'request');
  const mark = tool['cache_control'] ?? definition['cache_control'];
  return {
    name: stringAt(definition['name'], `${field}.function.name`, 'request'),
    ...(description !== undefined && { description }),
    input_schema: schema['type'] === undefined ? { type: 'object', ...schema } : schema,
    ...(keepStrict && definition['strict'] === true && { strict: true }),
    ...(mark !== undefined && { cache_control: mark }),
  };
}

function searchTool(search: Json): Json {
  const size = typeof search['search_context_size'] === 'string' ? search['search_context_size'] : '';
  const place = isObject(search['user_location']) ? search['user_location']['approximate'] : undefined;
  return {
    type: 'web_search_20250305',
    name: 'web_search',
    ...(MAX_SEARCHES[size] !== undefined && { max_uses: MAX_SEARCHES[size] }),
    ...(isObject(place) && { user_location: { type: 'approximate', ...place } }),
  };
}

/** `tool_choice` and `parallel_tool_calls` in one, as Anthropic has them; undefined where there is nothing to say. */
export function toolChoiceOf(request: Json, refusals: Refusals): Json | undefined {
  const choice = choiceOf(request['tool_choice'], refusals);
  if (request['parallel_tool_calls'] !== false || choice?.['type'] === 'none') return choice;
  return { ...(choice ?? { type: 'auto' }), disable_parallel_tool_use: true };
}

const CHOICES: Readonly<Record<string, string>> = wordTable({
  auto: 'auto',
  none: 'none',
  required: 'any',
  any: 'any',
});

function choiceOf(choice: unknown, refusals: Refusals): Json | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (typeof choice === 'string' && CHOICES[choice] !== undefined) return { type: CHOICES[choice] };
  if (!isObject(choice)) throw wrongType('request', 'tool_choice', 'auto, none, required or a function');
  if (choice['type'] === 'function') {
    const target = objectAt(choice['function'], 'tool_choice.function', 'request');
    return { type: 'tool', name: stringAt(target['name'], 'tool_choice.function.name', 'request') };
  }
  if (['auto', 'any', 'none', 'tool'].includes(wordOf(choice['type']))) return choice;
  refusals.refuse('tool_choice', `of type '${wordOf(choice['type'])}'`);
  return undefined;
}
