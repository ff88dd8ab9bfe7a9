import { NO_USAGE, completionTokens, promptTokens } from '@tollgate/contracts';
import { randomJson, seededRandom } from '../testing/random-json.js';
import { chatUsageOf, usageOfChat } from './chat-usage.js';
import { messageUsageOf, usageOfMessage } from './message-usage.js';

const usage = (counts: Partial<typeof NO_USAGE>): typeof NO_USAGE => ({ ...NO_USAGE, ...counts });

describe('usageOfChat', () => {
  it.each([
    [
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      { input: 10, output: 5 },
    ],
    [
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10, audio_tokens: 5 },
        completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 3 },
      },
      {
        input: 25,
        cacheRead: 60,
        cacheWrite5m: 10,
        audioInput: 5,
        output: 27,
        reasoning: 20,
        audioOutput: 3,
      },
    ],
    [
      { input_tokens: 14, input_token_details: { text_tokens: 4, audio_tokens: 10 }, output_tokens: 3 },
      { input: 4, audioInput: 10, output: 3 },
    ],
    [
      { prompt_tokens: 10, completion_tokens: 1, prompt_cache_hit_tokens: 4 },
      { input: 6, cacheRead: 4, output: 1 },
    ],
    [
      { prompt_tokens: 10, completion_tokens: 1, cached_tokens: 4 },
      { input: 6, cacheRead: 4, output: 1 },
    ],
    [
      {
        prompt_tokens: 10,
        completion_tokens: 1,
        total_tokens: 211,
        completion_tokens_details: { reasoning_tokens: 200 },
      },
      { input: 10, output: 1, reasoning: 200 },
    ],
    [
      { prompt_tokens: 10, completion_tokens: 1, total_tokens: 61 },
      { input: 10, output: 1, reasoning: 50 },
    ],
    [
      { prompt_tokens: 9, completion_tokens: 1, total_tokens: 60, prompt_audio_seconds: 4 },
      { input: 9, output: 1, audioInput: 50 },
    ],
    [
      { prompt_tokens: 10, completion_tokens: 0, num_search_queries: 3 },
      { input: 10, searches: 3 },
    ],
    [{ prompt_tokens: 10 }, { input: 10 }],
    [
      { prompt_eval_count: 7, eval_count: 2 },
      { input: 7, output: 2 },
    ],
    [
      {
        prompt_tokens: 10,
        completion_tokens: -5,
        prompt_tokens_details: { cached_tokens: 99, audio_tokens: 'x' },
      },
      { cacheRead: 10 },
    ],
  ])('%j is %j', (raw, expected) => {
    expect(usageOfChat(raw)).toEqual(usage(expected));
  });

  it.each([
    null,
    undefined,
    'x',
    5,
    [],
    {},
    { prompt_tokens: 'ten' },
    { prompt_tokens: NaN },
    { prompt_tokens: 1e300 },
  ])('%j is no usage', (raw) => {
    expect(usageOfChat(raw)).toBeNull();
    expect(usageOfMessage(raw)).toBeNull();
  });
});

describe('usageOfMessage', () => {
  it.each([
    [
      { input_tokens: 10, output_tokens: 5 },
      { input: 10, output: 5 },
    ],
    [
      {
        input_tokens: 10,
        output_tokens: 50,
        cache_read_input_tokens: 7,
        cache_creation_input_tokens: 9,
        cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 5 },
        output_tokens_details: { thinking_tokens: 30 },
        server_tool_use: { web_search_requests: 2 },
      },
      { input: 10, cacheRead: 7, cacheWrite5m: 4, cacheWrite1h: 5, output: 20, reasoning: 30, searches: 2 },
    ],
    [
      { input_tokens: 1, output_tokens: 1, cache_creation: { ephemeral_1h_input_tokens: 5 } },
      { input: 1, output: 1, cacheWrite1h: 5 },
    ],
    [
      { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 5 },
      { input: 1, output: 1, cacheWrite5m: 5 },
    ],
    [
      {
        input_tokens: 1,
        output_tokens: 2,
        iterations: [
          { type: 'compaction', input_tokens: 100, output_tokens: 20 },
          { type: 'message', input_tokens: 1, output_tokens: 2 },
        ],
      },
      { input: 101, output: 22 },
    ],
  ])('%j is %j', (raw, expected) => {
    expect(usageOfMessage(raw)).toEqual(usage(expected));
  });
});

describe('usage of anything', () => {
  const fields = [
    'prompt_tokens',
    'completion_tokens',
    'total_tokens',
    'input_tokens',
    'output_tokens',
    'cached_tokens',
  ];

  it('is never negative, adds up, and survives a change of shape', () => {
    const random = seededRandom(5);
    const count = (): unknown =>
      random() < 0.8 ? Math.floor((random() - 0.1) * 1000) : randomJson(random, 1);
    for (let round = 0; round < 1000; round += 1) {
      const raw: Record<string, unknown> = Object.fromEntries(fields.map((field) => [field, count()]));
      raw['prompt_tokens_details'] = { cached_tokens: count(), audio_tokens: count() };
      raw['completion_tokens_details'] = { reasoning_tokens: count(), audio_tokens: count() };
      const chat = usageOfChat(raw);
      const message = usageOfMessage(raw);
      for (const counts of [chat, message]) {
        if (counts === null) continue;
        for (const part of Object.values(counts))
          expect(Number.isInteger(part) && Number(part) >= 0).toBe(true);
        expect(usageOfChat(chatUsageOf(counts))).toEqual(counts);
        const told = usageOfMessage(messageUsageOf(counts)) ?? NO_USAGE;
        expect(promptTokens(told)).toBe(promptTokens(counts));
        expect(completionTokens(told)).toBe(completionTokens(counts));
      }
      if (chat !== null && typeof raw['prompt_tokens'] === 'number') {
        expect(promptTokens(chat)).toBe(Math.max(0, Math.trunc(raw['prompt_tokens'])));
      }
    }
  });
});
