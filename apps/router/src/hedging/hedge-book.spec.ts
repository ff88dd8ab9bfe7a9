import type { HedgeSettings } from '@tollgate/config';
import { HedgeBook } from './hedge-book.js';
import { LatencyWindow } from './latency-window.js';

const byTail: HedgeSettings = { delayMs: null, maxShare: 0.05 };
const fixed: HedgeSettings = { delayMs: 200, maxShare: 0.05 };
const call = { stream: true, latencyMs: 100, costNanos: 1_000 };

describe('LatencyWindow', () => {
  it('tells no tail of a handful of calls', () => {
    const window = new LatencyWindow();
    for (let index = 0; index < 19; index++) window.add(index);
    expect(window.quantile(0.95)).toBeNull();
    window.add(19);
    expect(window.quantile(0.95)).toBe(18);
  });

  it('goes by the last calls only', () => {
    const window = new LatencyWindow();
    for (let index = 0; index < 300; index++) window.add(1_000);
    for (let index = 0; index < 256; index++) window.add(10);
    expect(window.quantile(0.99)).toBe(10);
  });

  it('knows how much longer slow calls take', () => {
    const window = new LatencyWindow();
    for (const milliseconds of [10, 10, 10, 300, 500]) window.add(milliseconds);
    expect(window.residual(200)).toBe((100 + 300) / 2);
    expect(window.residual(600)).toBe(0);
  });
});

describe('HedgeBook', () => {
  const after = (calls: number): HedgeBook => {
    const book = new HedgeBook();
    for (let index = 1; index <= calls; index++) book.observed('chat', { ...call, latencyMs: index });
    return book;
  };

  it("waits for the model's own p95, of streams and of whole answers apart", () => {
    const book = after(100);
    expect(book.delayFor('chat', true, byTail)).toBe(95);
    expect(book.delayFor('chat', false, byTail)).toBeNull();
    expect(book.delayFor('other', true, byTail)).toBeNull();
  });

  it('waits for a fixed time without any experience', () => {
    expect(new HedgeBook().delayFor('chat', true, fixed)).toBe(200);
  });

  it('saves no share up: a bad hour after a good week is no time to ask for everything twice', () => {
    const book = after(50_000);
    let hedged = 0;
    for (let calls = 0; calls < 1_000; calls++) {
      if (book.begin('chat', fixed)) {
        hedged += 1;
        book.end('chat', { won: true, elapsedMs: 300, stream: true, extraCostNanos: 1_000 });
      }
      book.observed('chat', call);
    }
    expect(hedged).toBeLessThan(1_000 * 2 * fixed.maxShare + 10);
  });

  it('hedges no more than the share of the calls', () => {
    const book = after(1_000);
    let hedged = 0;
    while (book.begin('chat', fixed)) {
      hedged += 1;
      book.end('chat', { won: false, elapsedMs: 200, stream: true, extraCostNanos: 0 });
    }
    expect(hedged).toBe(51);
    expect(book.delayFor('chat', true, fixed)).toBeNull();
  });

  it('stops when losers have cost more than the share of all', () => {
    const book = after(1_000);
    expect(book.begin('chat', fixed)).toBe(true);
    book.end('chat', { won: true, elapsedMs: 200, stream: true, extraCostNanos: 49_000 });
    expect(book.begin('chat', fixed)).toBe(true);
    book.end('chat', { won: true, elapsedMs: 200, stream: true, extraCostNanos: 2_000 });
    expect(book.begin('chat', fixed)).toBe(false);
  });

  it('reports what hedging won, and to other replicas once', () => {
    const book = after(100);
    book.begin('chat', fixed);
    book.end('chat', { won: true, elapsedMs: 90, stream: true, extraCostNanos: 300 });
    const [news] = book.take();
    expect(news).toEqual({
      model: 'chat',
      calls: 100,
      hedged: 1,
      won: 1,
      savedMs: 5.5,
      costNanos: 100_000,
      extraCostNanos: 300,
    });
    expect(book.take()).toEqual([]);
    const other = new HedgeBook();
    other.apply([news!]);
    other.apply([news!]);
    expect(other.report()).toEqual([
      { model: 'chat', delayMs: null, counts: expect.objectContaining({ calls: 200, won: 2 }) },
    ]);
    expect(other.take()).toEqual([]);
  });
});
