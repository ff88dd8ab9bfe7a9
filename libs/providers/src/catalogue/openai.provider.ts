import type { Provider } from '../provider.js';
import { EVERY_OPENAI_DIALECT, bearer, openAiCompatible, realtimeEndpoint } from './openai-compatible.js';

/** OpenAI itself, and with `api_base` any endpoint that speaks its dialect. */
export const openai: Provider = {
  ...openAiCompatible({
    name: 'openai',
    label: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    keyVariables: ['OPENAI_API_KEY'],
    baseVariables: ['OPENAI_API_BASE', 'OPENAI_BASE_URL'],
    vendorHeaders: 'openai-',
    acceptsMetadata: true,
    also: EVERY_OPENAI_DIALECT,
    own: [realtimeEndpoint],
  }),
  checksMessages: true,
  // Its reasoning models refuse `max_tokens`.
  outputCapField: 'max_completion_tokens',
  headers: (settings) => ({
    ...bearer(settings),
    ...(settings.organization === null ? {} : { 'openai-organization': settings.organization }),
  }),
};
