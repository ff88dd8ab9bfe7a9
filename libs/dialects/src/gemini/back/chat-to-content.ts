import type { BackOptions } from '../../codec/codec.js';
import type { TranslatedRequest } from '../../codec/translated-request.js';
import { FieldRules } from '../../codec/travelling-fields.js';
import type { Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { wordTable } from '../../json/word-table.js';
import { Refusals } from '../../refusals.js';
import { generationConfigOf } from './generation-config.js';
import { conversationOf } from './request-contents.js';
import { toolConfigOf, toolsOf } from './request-tools.js';

const RULES = new FieldRules(
  [
    'model',
    'messages',
    'stream',
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'web_search_options',
    'response_format',
    'reasoning_effort',
    'thinking',
    'max_tokens',
    'max_completion_tokens',
    'temperature',
    'top_p',
    'top_k',
    'n',
    'stop',
    'seed',
    'presence_penalty',
    'frequency_penalty',
    'logprobs',
    'top_logprobs',
    'modalities',
    'audio',
    'service_tier',
    'generationConfig',
    'toolConfig',
    // Gemini caches prompts without being told where.
    'cache_control',
  ],
  ['logit_bias', 'prediction', 'verbosity', 'functions', 'function_call'],
);

/** Gemini's fields that LiteLLM's users write in snake_case. */
const OWN_NAMES: Readonly<Record<string, string>> = wordTable({
  safety_settings: 'safetySettings',
  cached_content: 'cachedContent',
});

/**
 * A chat request as one for Gemini's `generateContent`. Gemini's own fields (`safetySettings`, `cachedContent`, `labels`,
 * more of `generationConfig`) and unknown ones travel on.
 * Throws `invalid_request` naming a field of the wrong shape, `unsupported_parameter` naming one without a counterpart.
 */
export function chatToContent(request: Json, { model, dropParams }: BackOptions): TranslatedRequest {
  const refusals = new Refusals(dropParams, 'Gemini');
  const travelling = Object.entries(RULES.travelling(request, refusals));
  const { system, contents } = conversationOf(request['messages'], model, refusals);
  const tools = toolsOf(request, refusals);
  const body = {
    ...Object.fromEntries(travelling.map(([name, value]) => [OWN_NAMES[name] ?? name, value])),
    contents,
    ...present({
      systemInstruction: system.length > 0 ? { parts: system } : undefined,
      tools: tools.length > 0 ? tools : undefined,
      toolConfig: toolConfigOf(request, tools, refusals),
      generationConfig: generationConfigOf(request, model, refusals),
      serviceTier: serviceTierOf(request['service_tier']),
    }),
  };
  return { body, dropped: refusals.dropped };
}

const serviceTierOf = (tier: unknown): unknown =>
  tier === null || tier === 'auto' || tier === 'default' ? undefined : tier;
