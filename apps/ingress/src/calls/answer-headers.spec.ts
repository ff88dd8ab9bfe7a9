import { CHAT, HEAD, sseAnswer, startIngress } from '../_harness.js';
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
    const headers = answerHeaders(callOf(50), { ...HEAD, upstreamMs: 40 }, []);
    const whole = Number(headers['x-litellm-response-duration-ms']);
    expect(whole).toBeGreaterThanOrEqual(50);
    expect(Number(headers['x-litellm-overhead-duration-ms'])).toBeCloseTo(whole - 40, 2);
  });

  it('are never below nothing', () => {
    const headers = answerHeaders(callOf(1), { ...HEAD, upstreamMs: 60_000 }, []);
    expect(headers['x-litellm-overhead-duration-ms']).toBe('0');
  });
});

describe('the cost of an answer', () => {
  const costHeaders = (head: Partial<typeof HEAD>): string[][] =>
    Object.entries(answerHeaders(callOf(0), { ...HEAD, ...head }, [])).filter(([name]) =>
      name.startsWith('x-litellm-response-cost'),
    );

  it('is told with the list price, the discount and the margin, where they apply', () => {
    const costParts = { listedNanos: 2_000_000, discountNanos: 600_000, marginNanos: 100_000 };
    expect(costHeaders({ costParts })).toEqual([
      ['x-litellm-response-cost', '0.0015'],
      ['x-litellm-response-cost-original', '0.002'],
      ['x-litellm-response-cost-discount-amount', '0.0006'],
      ['x-litellm-response-cost-margin-amount', '0.0001'],
    ]);
    const discounted = { listedNanos: 2_000_000, discountNanos: 500_000, marginNanos: 0 };
    expect(costHeaders({ costParts: discounted })).toHaveLength(3);
    expect(costHeaders({})).toHaveLength(1);
  });
});

it('a stream tells its durations too', async () => {
  const ingress = await startIngress();
  ingress.bus.frames = () => sseAnswer('[DONE]');
  const { headers } = await ingress.post('/v1/chat/completions', { ...CHAT, stream: true });
  const whole = Number(headers.get('x-litellm-response-duration-ms'));
  expect(whole).toBeGreaterThan(0);
  expect(Number(headers.get('x-litellm-overhead-duration-ms'))).toBe(whole);
  await ingress.close();
});
