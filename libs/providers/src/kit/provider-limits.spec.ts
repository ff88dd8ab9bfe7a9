import type { ProviderLimits } from '@tollgate/contracts';
import { providerLimits } from './provider-limits.js';

const NOW = Date.parse('2026-11-24T10:00:00Z');

describe('providerLimits', () => {
  it.each<[string, Record<string, string | string[]>, ProviderLimits]>([
    [
      'OpenAI',
      {
        'x-ratelimit-limit-requests': '10000',
        'x-ratelimit-remaining-requests': '9999',
        'x-ratelimit-reset-requests': '8.64s',
        'x-ratelimit-limit-tokens': '200000',
        'x-ratelimit-remaining-tokens': '199000',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      {
        requests: { limit: 10_000, remaining: 9_999, resetMs: 8_640 },
        tokens: { limit: 200_000, remaining: 199_000, resetMs: 360_000 },
      },
    ],
    [
      'milliseconds and plain seconds',
      {
        'x-ratelimit-remaining-requests': '1',
        'x-ratelimit-reset-requests': '20ms',
        'x-ratelimit-remaining-tokens': '5',
        'x-ratelimit-reset-tokens': '12',
      },
      {
        requests: { limit: null, remaining: 1, resetMs: 20 },
        tokens: { limit: null, remaining: 5, resetMs: 12_000 },
      },
    ],
    [
      'Azure, which may leave the rest out',
      { 'x-ratelimit-remaining-requests': '17', 'x-ratelimit-remaining-tokens': '47000' },
      {
        requests: { limit: null, remaining: 17, resetMs: null },
        tokens: { limit: null, remaining: 47_000, resetMs: null },
      },
    ],
    [
      'Anthropic, of whose limits of tokens the tightest counts',
      {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '2026-11-24T10:00:01.5Z',
        'anthropic-ratelimit-tokens-limit': '60000',
        'anthropic-ratelimit-tokens-remaining': '58000',
        'anthropic-ratelimit-tokens-reset': '2026-11-24T10:00:02Z',
        'anthropic-ratelimit-input-tokens-limit': '50000',
        'anthropic-ratelimit-input-tokens-remaining': '50000',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-24T10:00:00Z',
        'anthropic-ratelimit-output-tokens-limit': '10000',
        'anthropic-ratelimit-output-tokens-remaining': '8000',
        'anthropic-ratelimit-output-tokens-reset': '2026-11-24T10:00:12Z',
      },
      {
        requests: { limit: 50, remaining: 49, resetMs: 1_500 },
        tokens: { limit: 10_000, remaining: 8_000, resetMs: 12_000 },
      },
    ],
    [
      'an exhausted limit whose reset has passed',
      {
        'x-ratelimit-remaining': ['0'],
        'x-ratelimit-limit': ['20'],
        'x-ratelimit-reset': [String(NOW - 5_000)],
      },
      { requests: { limit: 20, remaining: 0, resetMs: 0 } },
    ],
  ])('reads %s', (_what, headers, expected) => {
    expect(providerLimits(headers, NOW)).toEqual(expected);
  });

  it.each([
    [{}],
    [{ 'x-ratelimit-limit-requests': '50', 'content-type': 'application/json' }],
    [{ 'x-ratelimit-remaining-requests': '-1', 'x-ratelimit-limit-requests': '-1' }],
    [{ 'x-ratelimit-remaining-tokens': 'plenty', 'x-ratelimit-remaining-requests': '' }],
  ])('has nothing to say of %j', (headers) => {
    expect(providerLimits(headers, NOW)).toBeUndefined();
  });
});
