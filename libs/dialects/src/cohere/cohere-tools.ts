import { isObject, objectAt, optionalList, stringAt, wrongType, wordOf, type Json } from '../json/json.js';
import type { Refusals } from '../refusals.js';

/** `tools`, `tool_choice` and `strict_tools`. */
export function toolFieldsOf(request: Json, refusals: Refusals): Json {
  const tools = optionalList(request['tools'], 'tools', 'request').flatMap((value, index) => {
    const field = `tools[${index}]`;
    const tool = objectAt(value, field, 'request');
    if (isObject(tool['function'])) return [functionTool(tool['function'], field)];
    refusals.refuse(field, `a tool of type '${wordOf(tool['type'])}'`);
    return [];
  });
  if (tools.length === 0) return {};
  const isStrict = tools.every(({ strict }) => strict);
  const fields = choiceOf(
    request['tool_choice'],
    tools.map(({ tool }) => tool),
    refusals,
  );
  // Cohere is strict about all tools or about none.
  return { ...fields, ...(isStrict && { strict_tools: true }) };
}

interface StrictTool {
  readonly tool: Json;
  readonly strict: boolean;
}

function functionTool({ strict, cache_control: _mark, ...definition }: Json, field: string): StrictTool {
  stringAt(definition['name'], `${field}.function.name`, 'request');
  return { tool: { type: 'function', function: definition }, strict: strict === true };
}

function choiceOf(choice: unknown, tools: Json[], refusals: Refusals): Json {
  if (choice === undefined || choice === null || choice === 'auto') return { tools };
  if (choice === 'required' || choice === 'any') return { tools, tool_choice: 'REQUIRED' };
  if (choice === 'none') return { tools, tool_choice: 'NONE' };
  if (!isObject(choice)) throw wrongType('request', 'tool_choice', 'auto, none, required or a function');
  if (choice['type'] === 'function') {
    const target = objectAt(choice['function'], 'tool_choice.function', 'request');
    const name = stringAt(target['name'], 'tool_choice.function.name', 'request');
    // Cohere cannot force one of its tools: a call is required, and there is no other to call.
    const named = tools.filter((tool) => isObject(tool['function']) && tool['function']['name'] === name);
    return { tools: named, tool_choice: 'REQUIRED' };
  }
  refusals.refuse('tool_choice', `of type '${wordOf(choice['type'])}'`);
  return { tools };
}
