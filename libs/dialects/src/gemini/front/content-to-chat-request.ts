import type { FrontOptions } from '../../codec/codec.js';
import { isObject, objectAt, type Json } from '../../json/json.js';
import { present } from '../../json/present.js';
import { wordTable } from '../../json/word-table.js';
import { fieldAt, fieldsBeside } from '../fields.js';
import { messagesOf } from './front-messages.js';
import { chatSettingsOf } from './front-settings.js';
import { chatToolChoiceOf, chatToolsOf } from './front-tools.js';

const CONSUMED = new Set([
  'model',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
]);

/** Names that canonical requests give to Gemini's own fields. */
const CANONICAL_NAMES: Readonly<Record<string, string>> = wordTable({
  safetySettings: 'safety_settings',
  cachedContent: 'cached_content',
});

/**
 * A request for Gemini's `generateContent` as a chat request. What only Gemini has (its safety settings, its cached contents,
 * some of `generationConfig`) travels on, or is left out where `dropParams` says so.
 * Throws `invalid_request` naming a field of the wrong shape, `unsupported_parameter` naming one without a counterpart.
 */
export function contentToChatRequest(request: Json, { model, stream, dropParams }: FrontOptions): Json {
  const config = fieldAt(request, 'generationConfig') ?? {};
  const tier = fieldAt(request, 'serviceTier');
  return {
    ...(!dropParams && ownFields(request)),
    model,
    messages: messagesOf(request),
    ...(stream && { stream: true }),
    ...chatToolsOf(request),
    ...chatToolChoiceOf(request),
    ...chatSettingsOf(objectAt(config, 'generationConfig', 'request'), dropParams),
    ...present({ service_tier: typeof tier === 'string' ? tier : undefined }),
  };
}

/** What other providers do not know. */
function ownFields(request: Json): Json {
  const fields = Object.entries(fieldsBeside(request, CONSUMED));
  const toolConfig = fieldAt(request, 'toolConfig');
  const further = isObject(toolConfig) ? fieldsBeside(toolConfig, new Set(['functionCallingConfig'])) : {};
  return {
    ...Object.fromEntries(fields.map(([name, value]) => [CANONICAL_NAMES[name] ?? name, value])),
    ...(Object.keys(further).length > 0 && { toolConfig: further }),
  };
}

/** The thoughts are shown to a caller who asked for them. */
export function showsThoughts(request: Json): boolean {
  const config = fieldAt(request, 'generationConfig');
  const thinking = isObject(config) ? fieldAt(config, 'thinkingConfig') : undefined;
  return isObject(thinking) && fieldAt(thinking, 'includeThoughts') === true;
}
