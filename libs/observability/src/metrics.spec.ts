import { counter, histogram, metricsText, tally } from './metrics.js';

describe('metrics', () => {
  it('registers a name once and counts in one place', async () => {
    counter('tollgate_test_total', 'test', ['kind']).inc({ kind: 'a' });
    counter('tollgate_test_total', 'test', ['kind']).inc({ kind: 'a' });
    expect(await metricsText()).toContain('tollgate_test_total{kind="a"} 2');
  });

  it('counts by labels, each count once however often it is read', async () => {
    tally('tollgate_test_tokens_total', 'test', ['provider', 'direction']).add(3, 'openai', 'input');
    tally('tollgate_test_tokens_total', 'test', ['provider', 'direction']).add(4, 'openai', 'output');
    expect(await metricsText()).toContain(
      'tollgate_test_tokens_total{provider="openai",direction="input"} 3',
    );
    tally('tollgate_test_tokens_total', 'test', ['provider', 'direction']).add(2, 'openai', 'input');
    const text = await metricsText();
    expect(text).toContain('tollgate_test_tokens_total{provider="openai",direction="input"} 5');
    expect(text).toContain('tollgate_test_tokens_total{provider="openai",direction="output"} 4');
  });

  it('offers the latency buckets by default', async () => {
    histogram('tollgate_test_seconds', 'test', []).observe(0.003);
    expect(await metricsText()).toContain('tollgate_test_seconds_bucket{le="0.005"} 1');
  });
});
