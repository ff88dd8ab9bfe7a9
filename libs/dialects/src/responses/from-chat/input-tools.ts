import { isObject, objectAt, optionalList, stringAt, wrongType, wordOf, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import type { Refusals } from '../../refusals.js';

/** `tools` and `tool_choice`. OpenAI's own tools, which a chat request may carry in their Responses form, pass unchanged. */
export function toolFieldsOf(request: Json, refusals: Refusals): Json {
  const tools = optionalList(request['tools'], 'tools', 'request').map((value, index) => {
    const tool = objectAt(value, `tools[${index}]`, 'request');
    return toolOf(tool, `tools[${index}]`);
  });
  const search = request['web_search_options'];
  const all = isObject(search) ? [...tools, searchTool(search)] : tools;
  return present({
    tools: all.length > 0 ? all : undefined,
    tool_choice: choiceOf(request['tool_choice'], refusals),
  });
}

function toolOf(tool: Json, field: string): Json {
  if (tool['type'] === 'custom' && isObject(tool['custom']))
    return customTool(tool['custom'], `${field}.custom`);
  if (tool['type'] !== 'function') return tool;
  // NOTE some clients already write the flat form.
  const target =
    tool['function'] === undefined ? tool : objectAt(tool['function'], `${field}.function`, 'request');
  const { type: _type, ...rest } = target;
  return {
    type: 'function',
    ...rest,
    name: stringAt(target['name'], `${field}.function.name`, 'request'),
    parameters: target['parameters'] ?? { type: 'object', properties: {} },
    // What is not said is strict here, and lax in chat completions.
    strict: target['strict'] ?? false,
  };
}

function customTool(custom: Json, field: string): Json {
  const { format, ...rest } = custom;
  const grammar = isObject(format) && isObject(format['grammar']) ? format['grammar'] : undefined;
  return present({
    type: 'custom',
    ...rest,
    name: stringAt(custom['name'], `${field}.name`, 'request'),
    format: grammar === undefined ? (format ?? undefined) : { type: 'grammar', ...grammar },
  });
}

function searchTool({ search_context_size: size, user_location: place }: Json): Json {
  const approximate = isObject(place) ? place['approximate'] : undefined;
  return present({
    type: 'web_search',
    search_context_size: size ?? undefined,
    user_location: isObject(approximate) ? { type: 'approximate', ...approximate } : undefined,
  });
}

function choiceOf(choice: unknown, refusals: Refusals): unknown {
  if (choice === undefined || choice === null) return undefined;
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  if (!isObject(choice)) throw wrongType('request', 'tool_choice', 'auto, none, required or a function');
  const { type } = choice;
  if (type === 'function' || type === 'custom') return namedTool(choice, 'tool_choice');
  if (type !== 'allowed_tools') {
    refusals.refuse('tool_choice', `of type '${wordOf(type)}'`);
    return undefined;
  }
  const allowed = objectAt(choice['allowed_tools'], 'tool_choice.allowed_tools', 'request');
  const tools = optionalList(allowed['tools'], 'tool_choice.allowed_tools.tools', 'request');
  return {
    type,
    mode: allowed['mode'] ?? 'auto',
    tools: tools.map((value, index) => {
      const field = `tool_choice.allowed_tools.tools[${index}]`;
      return namedTool(objectAt(value, field, 'request'), field);
    }),
  };
}

function namedTool(tool: Json, field: string): Json {
  const type = stringAt(tool['type'], `${field}.type`, 'request');
  const target = objectAt(tool[type], `${field}.${type}`, 'request');
  return { type, name: stringAt(target['name'], `${field}.${type}.name`, 'request') };
}
