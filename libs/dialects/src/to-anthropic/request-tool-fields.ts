import { isObject, type Json } from '../json/json.js';
import type { Refusals } from '../refusals.js';
import type { AnswerFormat } from './request-format.js';
import { toolChoiceOf, toolsOf } from './request-tools.js';

export interface ToolFields {
  readonly tools: Json[];
  /** Anthropic refuses a choice where there are no tools. */
  readonly toolChoice: Json | undefined;
}

/** Tools and the choice among them, with the tool that stands in for structured output. */
export function toolFields(
  request: Json,
  format: AnswerFormat | undefined,
  isNative: boolean,
  refusals: Refusals,
): ToolFields {
  const tools = toolsOf(request, isNative, refusals);
  const choice = toolChoiceOf(request, refusals);
  if (format === undefined || !('tool' in format)) {
    return { tools, toolChoice: tools.length > 0 ? choice : undefined };
  }
  const thinking = request['thinking'];
  // Anthropic refuses a forced tool while it thinks: the tool's description has to do.
  if (isObject(thinking) && thinking['type'] !== 'disabled')
    return { tools: [...tools, format.tool], toolChoice: choice };
  const mayCallOthers = tools.length > 0 && choice?.['type'] !== 'none';
  const forced = mayCallOthers ? { ...choice, type: 'any' } : { type: 'tool', name: format.tool['name'] };
  return { tools: [...tools, format.tool], toolChoice: choice?.['type'] === 'tool' ? choice : forced };
}
