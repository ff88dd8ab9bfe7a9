import type { Endpoint, PathQuery } from '../endpoint.js';
import type { Provider } from '../provider.js';
import { prefillOfClaude } from './anthropic.provider.js';
import { openAiCompatible } from './openai-compatible.js';

const CORTEX = '/api/v2/cortex/v1';

/** The base is the account's address, or as people know it from older versions of the API. */
const below = ({ basePath }: PathQuery, suffix: string): string =>
  /^(?:\/api\/v2(?:\/cortex(?:\/v1|\/inference:complete)?)?)?$/.test(basePath)
    ? CORTEX + suffix
    : basePath + suffix;

const CHAT: Endpoint = { dialect: 'openai-chat', path: (query) => below(query, '/chat/completions') };
const MESSAGES: Endpoint = { dialect: 'anthropic-messages', path: (query) => below(query, '/messages') };

const CLAUDE = [CHAT, MESSAGES];
const OTHERS = [CHAT];

/** Snowflake marks its programmatic access tokens so in LiteLLM's config; others are signed with a pair of keys. */
const ACCESS_TOKEN = 'pat/';

const chat = openAiCompatible({
  name: 'snowflake',
  baseUrl: null,
  keyVariables: ['SNOWFLAKE_JWT', 'SNOWFLAKE_API_KEY'],
  baseVariables: ['SNOWFLAKE_API_BASE'],
  needsKey: true,
});

/** Snowflake's Cortex. */
export const snowflake: Provider = {
  ...chat,
  variables: { ...chat.variables, more: { account_id: ['SNOWFLAKE_ACCOUNT_ID'] } },
  baseOf: ({ more: { account_id: account } }) =>
    account === undefined ? null : `https://${account}.snowflakecomputing.com`,
  endpoints: (model) => (model.startsWith('claude') ? CLAUDE : OTHERS),
  headers: ({ apiKey }): Record<string, string> => {
    if (apiKey === null) return {};
    const isAccessToken = apiKey.startsWith(ACCESS_TOKEN);
    return {
      authorization: `Bearer ${isAccessToken ? apiKey.slice(ACCESS_TOKEN.length) : apiKey}`,
      'x-snowflake-authorization-token-type': isAccessToken ? 'PROGRAMMATIC_ACCESS_TOKEN' : 'KEYPAIR_JWT',
    };
  },
  prefill: prefillOfClaude,
};
