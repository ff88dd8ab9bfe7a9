import { counter, histogram, metricsText } from './metrics.js';

describe('metrics', () => {
  it('registers a name once and counts in one place', async () => {
    counter('tollgate_test_total', 'test', ['kind']).inc({ kind: 'a' });
    counter('tollgate_test_total', 'test', ['kind']).inc({ kind: 'a' });
    expect(await metricsText()).toContain('tollgate_test_total{kind="a"} 2');
  });

  it('offers the latency buckets by default', async () => {
    histogram('tollgate_test_seconds', 'test', []).observe(0.003);
    expect(await metricsText()).toContain('tollgate_test_seconds_bucket{le="0.005"} 1');
  });
});
