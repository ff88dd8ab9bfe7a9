import { isObject, objectAt, optionalList, stringAt, wrongType, wordOf, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import type { Refusals } from '../../refusals.js';
import { chatNameOf } from '../namespaces.js';

/** `tools` and, of OpenAI's own tools the one that others have too, `web_search_options`. */
export function chatToolsOf(value: unknown, refusals: Refusals): Json {
  const tools: Json[] = [];
  let search: Json | undefined;
  for (const { tool, field } of withoutNamespaces(value, 'tools')) {
    const type = stringAt(tool['type'], `${field}.type`, 'request');
    if (type === 'function') tools.push(functionTool(tool, field));
    else if (type === 'custom') tools.push(customTool(tool, field));
    else if (isSearch(type)) search = searchOptions(tool, field, refusals) ?? search;
    else refusals.refuse(field, `a tool of type '${type}'`);
  }
  return { ...(tools.length > 0 && { tools }), ...(search !== undefined && { web_search_options: search }) };
}

/** The tools of a list and of its namespaces, under the names that they have in a chat. */
function withoutNamespaces(
  value: unknown,
  path: string,
  namespace?: unknown,
): { readonly tool: Json; readonly field: string }[] {
  return optionalList(value, path, 'request').flatMap((each, index) => {
    const field = `${path}[${index}]`;
    const tool = objectAt(each, field, 'request');
    if (tool['type'] === 'namespace') return withoutNamespaces(tool['tools'], `${field}.tools`, tool['name']);
    if (namespace === undefined) return [{ tool, field }];
    const name = chatNameOf(namespace, stringAt(tool['name'], `${field}.name`, 'request'));
    return [{ tool: { ...tool, name }, field }];
  });
}

const isSearch = (type: string): boolean => /^web_search(?:_|$)/.test(type);

/** Whether a search has to find it first (`defer_loading`) is between OpenAI and its models. */
function functionTool({ type, defer_loading: _deferred, ...definition }: Json, field: string): Json {
  stringAt(definition['name'], `${field}.name`, 'request');
  const told = Object.entries(definition).filter(([, value]) => value !== null);
  return { type, function: Object.fromEntries(told) };
}

function customTool(tool: Json, field: string): Json {
  const { type: _type, format, ...rest } = tool;
  stringAt(tool['name'], `${field}.name`, 'request');
  const isGrammar = isObject(format) && format['type'] === 'grammar';
  return {
    type: 'custom',
    custom: present({ ...rest, format: isGrammar ? grammarOf(format) : (format ?? undefined) }),
  };
}

const grammarOf = ({ type, ...grammar }: Json): Json => ({ type, grammar });

/** Undefined for a search that may not leave OpenAI's own cache of the web: nobody else has one. */
function searchOptions(tool: Json, field: string, refusals: Refusals): Json | undefined {
  if (tool['external_web_access'] === false) return undefined;
  const domains = isObject(tool['filters']) ? tool['filters']['allowed_domains'] : undefined;
  if (Array.isArray(domains) && domains.length > 0) refusals.refuse(`${field}.filters`);
  const { search_context_size: size, user_location: place } = tool;
  return present({
    search_context_size: size ?? undefined,
    user_location: isObject(place) ? placeOf(place) : undefined,
  });
}

const placeOf = ({ type: _type, ...approximate }: Json): Json => ({ type: 'approximate', approximate });

/** A chat's `tool_choice`; undefined where nothing is chosen. */
export function chatToolChoiceOf(choice: unknown, refusals: Refusals): unknown {
  if (choice === undefined || choice === null) return undefined;
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  if (!isObject(choice)) throw wrongType('request', 'tool_choice', 'auto, none, required or a tool');
  const { type } = choice;
  if (type === 'function' || type === 'custom') return namedTool(choice, 'tool_choice');
  if (type !== 'allowed_tools') {
    refusals.refuse('tool_choice', `of type '${wordOf(type)}'`);
    return undefined;
  }
  const tools = optionalList(choice['tools'], 'tool_choice.tools', 'request').map((value, index) =>
    namedTool(objectAt(value, `tool_choice.tools[${index}]`, 'request'), `tool_choice.tools[${index}]`),
  );
  return { type, allowed_tools: { mode: choice['mode'] ?? 'auto', tools } };
}

function namedTool(tool: Json, field: string): Json {
  const type = stringAt(tool['type'], `${field}.type`, 'request');
  const name = stringAt(tool['name'], `${field}.name`, 'request');
  return { type, [type]: { name: chatNameOf(tool['namespace'], name) } };
}
