import { NO_USAGE, type Outcome } from '@tollgate/contracts';
import { START, delivered, failure } from '../_fixtures.js';
import { DeploymentStatsBook } from './deployment-stats-book.js';
import type { ReportRow } from './deployment-tally.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const row = (id: string, patch: Partial<ReportRow> = {}): ReportRow => ({
  id,
  inFlight: 0,
  requests: 0,
  tokens: 0,
  failures: 0,
  samples: [],
  ...patch,
});

describe('DeploymentStatsBook', () => {
  let clock: number;
  let book: DeploymentStatsBook;

  const answer = (patch: Partial<Outcome> = {}): Outcome => ({ ...delivered, ...patch });
  const call = (outcome: Outcome = answer(), { tokens = 0, isFault = outcome.error !== null } = {}): void => {
    book.started('d1', tokens);
    book.ended('d1', { outcome, isFault, tokens });
  };

  beforeEach(() => {
    clock = START - (START % MINUTE_MS);
    book = new DeploymentStatsBook({ now: () => clock });
  });

  it('knows nothing of a deployment that had no call', () => {
    expect(book.stats('d1')).toMatchObject({
      inFlight: 0,
      requestsThisMinute: 0,
      latencyMs: null,
      errorRate: 0,
    });
  });

  it('counts calls in flight', () => {
    book.started('d1', 0);
    book.started('d1', 0);
    expect(book.stats('d1').inFlight).toBe(2);
    book.ended('d1', { outcome: answer(), isFault: false, tokens: 0 });
    expect(book.stats('d1').inFlight).toBe(1);
    book.ended('d1', { outcome: answer(), isFault: false, tokens: 0 });
    book.ended('d1', { outcome: answer(), isFault: false, tokens: 0 });
    expect(book.stats('d1').inFlight).toBe(0);
  });

  it('counts requests and tokens of this minute, the true ones once they are known', () => {
    book.started('d1', 100);
    expect(book.stats('d1')).toMatchObject({ requestsThisMinute: 1, tokensThisMinute: 100 });
    const usage = { ...NO_USAGE, input: 80, cacheRead: 10, output: 30, reasoning: 5 };
    book.ended('d1', { outcome: answer({ usage }), isFault: false, tokens: 100 });
    expect(book.stats('d1').tokensThisMinute).toBe(125);
    call(failure('upstream_error'), { tokens: 7 });
    expect(book.stats('d1')).toMatchObject({ requestsThisMinute: 2, tokensThisMinute: 132 });
    clock += MINUTE_MS - 1;
    expect(book.stats('d1').requestsThisMinute).toBe(2);
    clock += 1;
    expect(book.stats('d1')).toMatchObject({ requestsThisMinute: 0, tokensThisMinute: 0 });
  });

  it('never counts less than nothing', () => {
    book.started('d1', 1_000);
    clock += MINUTE_MS;
    const usage = { ...NO_USAGE, input: 10 };
    book.ended('d1', { outcome: answer({ usage }), isFault: false, tokens: 1_000 });
    expect(book.stats('d1').tokensThisMinute).toBe(0);
  });

  it('keeps the newest samples of calls that succeeded', () => {
    call(failure('upstream_error'));
    call(answer({ error: failure('upstream_stream_broken').error }));
    expect(book.stats('d1').samples).toEqual([]);
    for (let n = 0; n < 40; n++) {
      clock += 1;
      call(answer({ latencyMs: n, firstTokenMs: n % 2 === 0 ? 1 : null, usage: { ...NO_USAGE, output: 3 } }));
    }
    const { samples } = book.stats('d1');
    expect(samples).toHaveLength(16);
    expect(samples.at(-1)).toEqual({ at: clock, latencyMs: 39, firstTokenMs: null, outputTokens: 3 });
    expect(samples[0]?.latencyMs).toBe(24);
  });

  it('never changes a list of samples: who has worked something out of one may keep it', () => {
    call(answer({ latencyMs: 5 }));
    const { samples } = book.stats('d1');
    call(answer({ latencyMs: 6 }));
    expect(samples.map(({ latencyMs }) => latencyMs)).toEqual([5]);
    expect(book.stats('d1').samples.map(({ latencyMs }) => latencyMs)).toEqual([5, 6]);
  });

  it('lets samples grow old', () => {
    call(answer({ latencyMs: 1 }));
    clock += HOUR_MS - 1;
    call(answer({ latencyMs: 2 }));
    expect(book.stats('d1').samples).toHaveLength(2);
    clock += 1;
    expect(book.stats('d1').samples.map(({ latencyMs }) => latencyMs)).toEqual([2]);
  });

  it('weighs the latency: the first token of streams, the whole time of others', () => {
    call(answer({ latencyMs: 900, firstTokenMs: 100 }));
    expect(book.stats('d1').latencyMs).toBe(100);
    call(answer({ latencyMs: 300 }));
    expect(book.stats('d1').latencyMs).toBe(200);
    for (let n = 0; n < 60; n++) {
      clock += 1_000;
      call(answer({ latencyMs: 1_000 }));
    }
    expect(book.stats('d1').latencyMs).toBeGreaterThan(990);
  });

  it('tells a sick deployment by its error rate, and lets it heal', () => {
    for (let n = 0; n < 20; n++) call();
    expect(book.stats('d1').errorRate).toBe(0);
    for (let n = 0; n < 20; n++) call(failure('upstream_error'));
    expect(book.stats('d1').errorRate).toBeCloseTo(20 / 41, 6);
    clock += 60_000;
    expect(book.stats('d1').errorRate).toBeLessThan(0.25);
    clock += 60_000;
    expect(book.stats('d1').errorRate).toBeLessThan(0.01);
  });

  it('does not count what is no fault of the deployment', () => {
    call(failure('upstream_bad_request'), { isFault: false });
    expect(book.stats('d1')).toMatchObject({ errorRate: 0, inFlight: 0, requestsThisMinute: 1 });
  });

  describe('reports', () => {
    it('tell what is new, once', () => {
      book.started('d1', 50);
      call(answer({ latencyMs: 8 }), { tokens: 10 });
      call(failure('upstream_error'));
      expect(book.take({ all: false })).toEqual([
        row('d1', {
          inFlight: 1,
          requests: 3,
          tokens: 60,
          failures: 1,
          samples: [{ latencyMs: 8, firstTokenMs: null, outputTokens: 0 }],
        }),
      ]);
      expect(book.take({ all: false })).toEqual([]);
    });

    it('remind of calls in flight', () => {
      book.started('d1', 0);
      book.take({ all: false });
      expect(book.take({ all: true })).toEqual([row('d1', { inFlight: 1 })]);
      book.ended('d1', { outcome: answer(), isFault: false, tokens: 0 });
      book.take({ all: true });
      expect(book.take({ all: true })).toEqual([]);
    });

    it('are bounded, however many calls there were', () => {
      for (let n = 0; n < 1_000; n++) call();
      expect(book.take({ all: false })[0]?.samples).toHaveLength(16);
    });

    it('of others are added up', () => {
      const sample = { latencyMs: 40, firstTokenMs: null, outputTokens: 2 };
      book.apply('a', [row('d1', { inFlight: 2, requests: 9, tokens: 70, failures: 4, samples: [sample] })]);
      book.apply('b', [row('d1', { inFlight: 1, requests: 1, tokens: 5 })]);
      book.started('d1', 0);
      expect(book.stats('d1')).toMatchObject({
        inFlight: 4,
        requestsThisMinute: 11,
        tokensThisMinute: 75,
        latencyMs: 40,
        samples: [{ at: clock, ...sample }],
      });
      expect(book.stats('d1').errorRate).toBeCloseTo(4 / 11, 9);
      // What others told is not told on.
      expect(book.take({ all: true })).toEqual([row('d1', { inFlight: 1, requests: 1 })]);
    });

    it('of calls in flight are a state, not a sum, and hold for three seconds', () => {
      book.apply('a', [row('d1', { inFlight: 5 }), row('d2', { inFlight: 1 })]);
      book.apply('a', [row('d1', { inFlight: 3 })]);
      expect(book.stats('d1').inFlight).toBe(3);
      clock += 2_999;
      book.expire();
      expect(book.stats('d1').inFlight).toBe(3);
      book.apply('a', [row('d1', { inFlight: 3 })]);
      clock += 1;
      book.expire();
      expect(book.stats('d1').inFlight).toBe(3);
      expect(book.stats('d2').inFlight).toBe(0);
      book.apply('a', [row('d1', { inFlight: 0 })]);
      expect(book.stats('d1').inFlight).toBe(0);
    });
  });

  it('forgets deployments that had no call for an hour, but none with calls in flight', () => {
    call();
    book.started('busy', 0);
    book.take({ all: false });
    const size = (): number => (Reflect.get(book, 'tallies') as Map<string, unknown>).size;
    clock += HOUR_MS - 1;
    book.expire();
    expect(size()).toBe(2);
    clock += MINUTE_MS;
    book.expire();
    expect(size()).toBe(1);
    expect(book.stats('busy').inFlight).toBe(1);
  });

  it('shows the same object every time: a pick among a hundred allocates nothing', () => {
    call();
    expect(book.stats('d1')).toBe(book.stats('d1'));
    expect(book.stats('unknown')).toBe(book.stats('unknown'));
  });
});
