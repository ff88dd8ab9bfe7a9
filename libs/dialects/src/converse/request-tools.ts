import { isObject, wordOf, type Json } from '../json/json.js';
import { present } from '../json/present.js';
import type { Refusals } from '../refusals.js';
import type { AnswerFormat } from '../to-anthropic/request-format.js';
import { toolFields } from '../to-anthropic/request-tool-fields.js';
import { cachesTools, type ModelFamily } from './model-family.js';
import { cachePointOf } from './request-content.js';

export interface ToolConfig {
  /** undefined: no tools. */
  readonly toolConfig: Json | undefined;
  /** What of the choice only Claude has a place for. */
  readonly modelFields: Json;
  /** The model may not answer without a tool. */
  readonly isForced: boolean;
}

export interface ToolQuery {
  readonly family: ModelFamily;
  readonly format: AnswerFormat | undefined;
  /** The model takes schemas strictly. */
  readonly isStrict: boolean;
  /** Names of the tools that the conversation has called. */
  readonly called: readonly string[];
  readonly refusals: Refusals;
}

/** Converse's `toolConfig` for the tools of a chat request and the choice among them. */
export function toolConfigOf(request: Json, query: ToolQuery): ToolConfig {
  const { family, format, isStrict, called, refusals } = query;
  const { web_search_options: search, ...rest } = request;
  const { tools, toolChoice } = toolFields(rest, format, isStrict, refusals);
  const specs = tools.flatMap((tool, index) => specOf(tool, `tools[${index}]`, family, refusals));
  if (isObject(search)) specs.push(...searchTool(family, refusals));
  if (specs.length === 0 || toolChoice?.['type'] === 'none') return withoutTools(called);
  const isForced = toolChoice?.['type'] === 'any' || toolChoice?.['type'] === 'tool';
  const isSingle = toolChoice?.['disable_parallel_tool_use'] === true;
  if (isSingle && family === 'claude') {
    return { toolConfig: { tools: specs }, modelFields: { tool_choice: toolChoice }, isForced };
  }
  if (isSingle) refusals.refuse('parallel_tool_calls');
  const isAsked = request['tool_choice'] !== undefined && request['tool_choice'] !== null;
  // Older models refuse to be told what to call: of our own accord they are only given the tool.
  const choice = family === 'older' && !isAsked ? undefined : choiceOf(toolChoice);
  return { toolConfig: present({ tools: specs, toolChoice: choice }), modelFields: {}, isForced };
}

/** NOTE Converse refuses a conversation that has called tools where none is declared: those that were called say that they are gone. */
function withoutTools(called: readonly string[]): ToolConfig {
  const specs = [...new Set(called)].map((name) =>
    toolSpec({ name, description: 'Not available any more.', inputSchema: { json: { type: 'object' } } }),
  );
  return {
    toolConfig: specs.length === 0 ? undefined : { tools: specs },
    modelFields: {},
    isForced: false,
  };
}

const toolSpec = (spec: Json): Json => ({ toolSpec: spec });

function specOf(tool: Json, field: string, family: ModelFamily, refusals: Refusals): Json[] {
  const { type, name, description, input_schema: schema, strict } = tool;
  if (typeof type === 'string' && type !== 'custom') {
    refusals.refuse(field, `a tool of type '${type}'`);
    return [];
  }
  const spec = present({
    name,
    description: description === '' ? undefined : description,
    inputSchema: { json: schema ?? { type: 'object' } },
    strict,
  });
  return [toolSpec(spec), ...(cachesTools(family) ? cachePointOf(tool) : [])];
}

function searchTool(family: ModelFamily, refusals: Refusals): Json[] {
  if (family === 'nova' || family === 'nova-2') return [{ systemTool: { name: 'nova_grounding' } }];
  refusals.refuse('web_search_options');
  return [];
}

function choiceOf(choice: Json | undefined): Json | undefined {
  if (choice === undefined) return undefined;
  return choice['type'] === 'tool' ? { tool: { name: choice['name'] } } : { [wordOf(choice['type'])]: {} };
}
