import { HEAD } from '../_harness.js';
import type { CallContext } from '../http/request-context.js';
import { answerHeaders } from './answer-headers.js';

const callOf = (agoMs: number): CallContext => ({
  id: 'id',
  clientId: 'id',
  modelLabel: 'other',
  notice: undefined,
  startedAt: performance.now() - agoMs,
});

describe('the durations of an answer', () => {
  it('are those until its head, ours apart from the provider', () => {
    const headers = answerHeaders(callOf(50), { ...HEAD, upstreamMs: 40 }, {});
    const whole = Number(headers['x-litellm-response-duration-ms']);
    expect(whole).toBeGreaterThanOrEqual(50);
    expect(Number(headers['x-litellm-overhead-duration-ms'])).toBeCloseTo(whole - 40, 2);
  });

  it('are never below nothing', () => {
    const headers = answerHeaders(callOf(1), { ...HEAD, upstreamMs: 60_000 }, {});
    expect(headers['x-litellm-overhead-duration-ms']).toBe('0');
  });
});
