/** Names of the headers in which a provider tells one of its rate limits. */
export interface LimitHeaders {
  readonly kind: 'requests' | 'tokens';
  readonly limit: string;
  readonly remaining: string;
  /** When it is whole again. */
  readonly reset: string;
}

const suffixed = (kind: LimitHeaders['kind'], suffix: string): LimitHeaders => ({
  kind,
  limit: `x-ratelimit-limit${suffix}`,
  remaining: `x-ratelimit-remaining${suffix}`,
  reset: `x-ratelimit-reset${suffix}`,
});

const prefixed = (kind: LimitHeaders['kind'], name: string): LimitHeaders => ({
  kind,
  limit: `anthropic-ratelimit-${name}-limit`,
  remaining: `anthropic-ratelimit-${name}-remaining`,
  reset: `anthropic-ratelimit-${name}-reset`,
});

/** In the spellings of OpenAI (Azure, Groq, Fireworks), OpenRouter and Together, Cerebras, Mistral, and Anthropic. */
export const LIMIT_HEADERS: readonly LimitHeaders[] = [
  suffixed('requests', '-requests'),
  suffixed('tokens', '-tokens'),
  suffixed('requests', ''),
  suffixed('requests', '-requests-day'),
  suffixed('tokens', '-tokens-minute'),
  prefixed('requests', 'requests'),
  prefixed('tokens', 'tokens'),
  prefixed('tokens', 'input-tokens'),
  prefixed('tokens', 'output-tokens'),
];
