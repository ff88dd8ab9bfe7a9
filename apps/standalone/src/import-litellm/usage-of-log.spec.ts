import { completionTokens, promptTokens, type UsageEvent } from '@tollgate/contracts';
import { usageOfLog } from './usage-of-log.js';

const NOW = Date.UTC(2026, 5, 1);

const row = (change: object = {}): Record<string, unknown> => ({
  ...{
    request_id: 'chatcmpl-1',
    api_key: 'abc',
    spend: 0.0000305,
    prompt_tokens: 100,
    completion_tokens: 20,
  },
  ...{ startTime: '2026-05-01T10:00:00.25', endTime: '2026-05-01T10:00:02', model: 'gpt-4o' },
  ...change,
});
const eventOf = (change: object = {}): UsageEvent => usageOfLog(row(change), NOW) as UsageEvent;

describe('a row of LiteLLM_SpendLogs', () => {
  it('is the same event whenever it is read, with times of UTC and whole nano-dollars', () => {
    expect(eventOf()).toEqual(eventOf());
    expect(eventOf()).toMatchObject({
      ...{ id: 'litellm:chatcmpl-1:1', responseId: 'chatcmpl-1', costNanos: 30_500, keyHash: 'abc' },
      ...{ calledAt: Date.UTC(2026, 4, 1, 10, 0, 0, 250), endedAt: Date.UTC(2026, 4, 1, 10, 0, 2) },
      ...{ model: 'gpt-4o', group: 'gpt-4o', provider: 'unknown', stream: false, userId: null },
    });
  });

  it('has disjoint counts whose sums are the columns, whatever the details say', () => {
    const usage_object = {
      prompt_tokens_details: { cached_tokens: 70, audio_tokens: 60 },
      completion_tokens_details: { reasoning_tokens: 50 },
    };
    const { usage } = eventOf({ metadata: { usage_object } });
    expect(usage).toMatchObject({ cacheRead: 70, audioInput: 30, input: 0, reasoning: 20, output: 0 });
    expect([promptTokens(usage), completionTokens(usage)]).toEqual([100, 20]);
  });

  it('tells a stream by its first token, and a failure by its status', () => {
    const streamed = eventOf({ completionStartTime: '2026-05-01T10:00:01' });
    expect(streamed).toMatchObject({ stream: true, firstTokenAt: Date.UTC(2026, 4, 1, 10, 0, 1) });
    const error_information = { error_code: '429' };
    const failed = eventOf({ status: 'failure', spend: 0, metadata: { error_information } });
    expect(failed).toMatchObject({ status: 'failed', errorCode: '429', costNanos: 0 });
  });

  it('tells what came from the cache', () => {
    expect(eventOf({ cache_hit: 'True', spend: 0 })).toMatchObject({ cacheHit: true, costNanos: 0 });
    for (const cache_hit of ['False', '', null])
      expect(eventOf({ cache_hit })).not.toHaveProperty('cacheHit');
  });

  it.each([
    [{ request_id: '' }, 'request_id'],
    [{ spend: -0.1 }, 'spend'],
    [{ spend: 1e30 }, 'spend'],
    [{ startTime: '1970-01-01T00:00:00' }, 'startTime'],
    [{ startTime: '2031-01-01T00:00:00' }, 'startTime'],
  ])('is none where %j', (change, column) => {
    expect(usageOfLog(row(change), NOW)).toContain(column);
  });
});
