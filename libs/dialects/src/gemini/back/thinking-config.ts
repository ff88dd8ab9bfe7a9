import { isObject, optionalString, wrongType, type Json } from '../../json/json.js';
import { wordTable } from '../../json/word-table.js';

/** Tokens of thinking by `reasoning_effort` for the models that count them, as LiteLLM has them. */
const BUDGETS: Readonly<Record<string, number>> = wordTable({
  none: 0,
  minimal: 512,
  low: 1024,
  medium: 2048,
  high: 4096,
  xhigh: 8192,
  max: 16_384,
});

/** Gemini's levels by `reasoning_effort`. They cannot turn thinking off: the least is as near as it gets. */
const LEVELS: Readonly<Record<string, string>> = wordTable({
  none: 'minimal',
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
});

/** Since Gemini 3 thinking is asked for in levels, and calls must come back with their signatures. */
export const isSinceGemini3 = (model: string): boolean => /gemini-(?:[3-9]|\d\d)/.test(model);

/** Of the large models, which do not take the least level; the first of them takes but the lowest and the highest. */
const LEVELS_OF_PRO: Readonly<Record<string, string>> = { minimal: 'low' };
const LEVELS_OF_FIRST_PRO: Readonly<Record<string, string>> = { minimal: 'low', medium: 'high' };

/** Gemini's `thinkingConfig` of Anthropic's `thinking`, else of `reasoning_effort`; thoughts are shown where there are any. */
export function thinkingConfigOf(request: Json, model: string): Json | undefined {
  const { thinking } = request;
  if (isObject(thinking)) return configOfThinking(thinking, model);
  const effort = optionalString(request['reasoning_effort'], 'reasoning_effort', 'request');
  return effort === undefined || effort === 'default' ? undefined : configOfEffort(effort, model);
}

function configOfThinking({ type, budget_tokens: budget }: Json, model: string): Json {
  if (type === 'disabled') return configOfEffort('none', model);
  const shown = { includeThoughts: true };
  return typeof budget === 'number' ? { thinkingBudget: budget, ...shown } : shown;
}

function configOfEffort(effort: string, model: string): Json {
  const budget = BUDGETS[effort];
  if (budget === undefined) throw wrongType('request', 'reasoning_effort', Object.keys(BUDGETS).join(', '));
  const shown = effort === 'none' ? {} : { includeThoughts: true };
  if (isSinceGemini3(model)) return { thinkingLevel: levelOf(effort, model), ...shown };
  // Gemini 2.5 Pro always thinks, 128 tokens at least.
  return { thinkingBudget: budget === 0 && model.includes('2.5-pro') ? 128 : budget, ...shown };
}

function levelOf(effort: string, model: string): string {
  const level = LEVELS[effort] ?? 'high';
  if (!model.includes('-pro')) return level;
  const levels = model.includes('gemini-3-pro') ? LEVELS_OF_FIRST_PRO : LEVELS_OF_PRO;
  return levels[level] ?? level;
}
