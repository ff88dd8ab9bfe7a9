import type { Capability } from '@tollgate/contracts';
import type { ModelLimits } from '../gateway-config.js';
import type { Section } from '../section.js';
import type { KeyOf } from '../settings.js';

type Params = Section<KeyOf<'model_list[].litellm_params'>>;
type Info = Section<KeyOf<'model_list[].model_info'>>;

/** LiteLLM's flag → what a call may need. */
const CAPABILITY_OF = {
  supports_vision: 'vision',
  supports_function_calling: 'tools',
  supports_response_schema: 'jsonSchema',
  supports_audio_input: 'audioInput',
  supports_audio_output: 'audioOutput',
  supports_pdf_input: 'pdfInput',
  supports_web_search: 'webSearch',
} as const satisfies Partial<Record<KeyOf<'model_list[].model_info'>, Capability>>;

const COUNT = { min: 1, integer: true };

/** What the file says of a model's limits and capabilities. `max_tokens` of the parameters is a request's own. */
export function readLimits(params: Params, info: Info): ModelLimits {
  const input = [params, info].map((section) => section.number('max_input_tokens', COUNT));
  const bytes = [params, info].map((section) => section.number('max_request_bytes', COUNT));
  const output = (['max_output_tokens', 'max_tokens'] as const).map((key) => info.number(key, COUNT));
  const supports = readCapabilities(info);
  return {
    ...set('maxInputTokens', input),
    ...set('maxOutputTokens', output),
    ...set('maxRequestBytes', bytes),
    ...(Object.keys(supports).length > 0 && { supports }),
  };
}

/** The first of the values that is there, under its name. */
function set<Name extends string>(
  name: Name,
  values: readonly (number | null)[],
): Partial<Record<Name, number>> {
  const value = values.find((candidate) => candidate !== null);
  return value === undefined ? {} : ({ [name]: value } as Record<Name, number>);
}

function readCapabilities(info: Info): Partial<Record<Capability, boolean>> {
  const supports: Partial<Record<Capability, boolean>> = {};
  for (const [key, capability] of Object.entries(CAPABILITY_OF) as [
    keyof typeof CAPABILITY_OF,
    Capability,
  ][]) {
    const value = info.boolean(key);
    if (value !== null) supports[capability] = value;
  }
  return supports;
}
