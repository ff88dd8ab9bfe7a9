import type { Prefill } from '@tollgate/dialects';
import type { Endpoint } from '../endpoint.js';
import type { Provider } from '../provider.js';

const MESSAGES_PATH = '/v1/messages';

function messagesPath({ basePath }: { readonly basePath: string }): string {
  if (basePath.endsWith(MESSAGES_PATH)) return basePath;
  return basePath.endsWith('/v1') ? `${basePath}/messages` : basePath + MESSAGES_PATH;
}

const ENDPOINTS: readonly Endpoint[] = [
  { dialect: 'anthropic-messages', path: messagesPath },
  { dialect: 'anthropic-count-tokens', path: (query) => `${messagesPath(query)}/count_tokens` },
];

/** Claude 4.6 and what came after refuse an answer that is begun for them. */
const TAKES_PREFILL =
  /claude-(?:instant|[23]\b|(?:opus|sonnet|haiku)-4(?:-[0-5])?(?:[-@]\d{8})?(?:-v\d|-latest|:|$))/;

export const prefillOfClaude = (model: string): Prefill => (TAKES_PREFILL.test(model) ? 'trailing' : 'ask');

export const anthropic: Provider = {
  name: 'anthropic',
  label: 'Anthropic',
  variables: {
    apiKey: ['ANTHROPIC_API_KEY'],
    apiBase: ['ANTHROPIC_API_BASE', 'ANTHROPIC_BASE_URL'],
    apiVersion: [],
  },
  defaultBase: 'https://api.anthropic.com',
  needsKey: true,
  endpoints: () => ENDPOINTS,
  headers: ({ apiKey }): Record<string, string> => (apiKey === null ? {} : { 'x-api-key': apiKey }),
  defaultHeaders: { 'anthropic-version': '2023-06-01' },
  vendorHeaders: 'anthropic-',
  acceptsMetadata: true,
  asksStreamUsage: false,
  outputCapField: 'max_tokens',
  prefill: prefillOfClaude,
};
