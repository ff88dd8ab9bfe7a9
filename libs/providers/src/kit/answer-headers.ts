import type { HeaderValues } from './retry-after.js';

/** What a caller may learn of the provider's answer: limits, ids and processing times; nothing of cookies or connections. */
const SHOWN =
  /^(?:x-ratelimit-|anthropic-|openai-|x-request-id$|request-id$|apim-request-id$|x-ms-region$|x-ms-client-request-id$|x-groq-|x-amzn-requestid$|cf-ray$|retry-after|date$|server-timing$)/;

/** The provider's headers as LiteLLM hands them on: `llm_provider-<name>`. */
export function answerHeaders(headers: HeaderValues): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && SHOWN.test(name)) {
      shown[`llm_provider-${name}`] = typeof value === 'string' ? value : value.join(', ');
    }
  }
  return shown;
}
