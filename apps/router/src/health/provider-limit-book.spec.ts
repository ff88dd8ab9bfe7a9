import type { ProviderLimits } from '@tollgate/contracts';
import { START } from '../_fixtures.js';
import { ProviderLimitBook } from './provider-limit-book.js';

const MINUTE_MS = 60_000;
const requests = (
  remaining: number,
  resetMs: number | null,
  limit: number | null = null,
): ProviderLimits => ({
  requests: { limit, remaining, resetMs },
});
const tokens = (remaining: number, resetMs: number | null, limit: number | null = null): ProviderLimits => ({
  tokens: { limit, remaining, resetMs },
});

describe('ProviderLimitBook', () => {
  let clock: number;
  let book: ProviderLimitBook;

  beforeEach(() => {
    clock = START;
    book = new ProviderLimitBook(() => clock);
  });

  it('limits nothing it knows nothing of', () => {
    book.started('d1', 100);
    expect(book.limitedUntil('d1', 1_000_000)).toBeNull();
  });

  it('limits until the reset when no request is left', () => {
    book.learned('d1', requests(0, 20_000));
    expect(book.limitedUntil('d1', 1)).toBe(START + 20_000);
    expect(book.limitedUntil('d2', 1)).toBeNull();
    clock += 20_000;
    expect(book.limitedUntil('d1', 1)).toBeNull();
  });

  it('limits a call that needs more tokens than are left', () => {
    book.learned('d1', tokens(500, 20_000));
    expect(book.limitedUntil('d1', 500)).toBeNull();
    expect(book.limitedUntil('d1', 501)).toBe(START + 20_000);
  });

  it('takes the later of both', () => {
    book.learned('d1', { ...requests(0, 20_000), ...tokens(0, 30_000) });
    expect(book.limitedUntil('d1', 1)).toBe(START + 30_000);
    clock += 30_000;
    book.learned('d1', { ...requests(0, 40_000), ...tokens(0, 30_000) });
    expect(book.limitedUntil('d1', 1)).toBe(clock + 40_000);
  });

  it('counts down as calls start, so that the next one is not the 429', () => {
    book.learned('d1', { ...requests(3, 20_000), ...tokens(1_000, 20_000) });
    for (let n = 0; n < 2; n++) book.started('d1', 400);
    expect(book.limitedUntil('d1', 200)).toBeNull();
    expect(book.limitedUntil('d1', 201)).toBe(START + 20_000);
    book.started('d1', 0);
    expect(book.limitedUntil('d1', 0)).toBe(START + 20_000);
  });

  it('concludes nothing beyond a minute when the reset is unknown', () => {
    book.learned('d1', requests(0, null));
    expect(book.limitedUntil('d1', 1)).toBe(START + MINUTE_MS);
    clock += MINUTE_MS;
    expect(book.limitedUntil('d1', 1)).toBeNull();
  });

  it('asks again after an hour, whatever the provider says', () => {
    book.learned('d1', requests(0, 86_400_000));
    expect(book.limitedUntil('d1', 1)).toBe(START + 3_600_000);
  });

  it('reckons from when the provider said so', () => {
    book.learned('d1', requests(0, 20_000), 15_000);
    expect(book.limitedUntil('d1', 1)).toBe(START + 5_000);
  });

  it('lets a call go that is larger than the whole limit once that is whole', () => {
    book.learned('d1', tokens(99, 20_000, 100));
    expect(book.limitedUntil('d1', 5_000)).toBe(START + 20_000);
    clock += 1;
    book.learned('d1', tokens(100, 20_000, 100));
    clock += 20_000;
    expect(book.limitedUntil('d1', 5_000)).toBeNull();
  });

  describe('answers that overtake each other', () => {
    it('leave the lesser number within one window', () => {
      book.learned('d1', requests(0, 20_000));
      book.learned('d1', requests(2, 20_100));
      expect(book.limitedUntil('d1', 1)).toBe(START + 20_100);
    });

    it('do not count for less than what has started since', () => {
      book.learned('d1', requests(2, 20_000));
      book.started('d1', 0);
      book.started('d1', 0);
      book.learned('d1', requests(1, 20_000));
      expect(book.limitedUntil('d1', 1)).toBe(START + 20_000);
    });

    it('are ignored when they are older', () => {
      book.learned('d1', requests(5, 20_000));
      book.learned('d1', requests(0, 50_000), 10_000);
      expect(book.limitedUntil('d1', 1)).toBeNull();
    });

    it('hold when they are of the next window', () => {
      book.learned('d1', requests(0, 1_000));
      clock += 900;
      book.learned('d1', requests(9, 60_000));
      expect(book.limitedUntil('d1', 1)).toBeNull();
    });
  });

  describe('a bucket that fills evenly (full again in the share of the minute that is used)', () => {
    it('has room again when enough has come back', () => {
      // OpenAI: 600 a minute, empty, full in a minute.
      book.learned('d1', requests(0, 60_000, 600));
      expect(book.limitedUntil('d1', 1)).toBe(START + 100);
      clock += 100;
      expect(book.limitedUntil('d1', 1)).toBeNull();
      for (let n = 0; n < 4; n++) book.started('d1', 0);
      expect(book.limitedUntil('d1', 1)).toBe(START + 500);
    });

    it('has room for so many tokens', () => {
      book.learned('d1', tokens(10_000, 54_000, 100_000));
      expect(book.limitedUntil('d1', 10_000)).toBeNull();
      expect(book.limitedUntil('d1', 25_000)).toBe(START + 9_000);
      expect(book.limitedUntil('d1', 900_000)).toBe(START + 54_000);
    });

    it('is told from a window that begins anew', () => {
      book.learned('d1', requests(0, 20_000, 600));
      expect(book.limitedUntil('d1', 1)).toBe(START + 20_000);
    });

    it('counts down too', () => {
      book.learned('d1', requests(590, 1_000, 600));
      for (let n = 0; n < 600; n++) book.started('d1', 0);
      expect(book.limitedUntil('d1', 1)).toBe(START + 1_100);
    });
  });

  it('tells the others what it learned, and forgets it when it holds no longer', () => {
    book.learned('d1', requests(0, 20_000));
    book.heard('d2', requests(0, 20_000));
    expect(book.limitedUntil('d2', 1)).toBe(START + 20_000);
    expect([...book.take()]).toEqual([['d1', requests(0, 20_000)]]);
    expect(book.take().size).toBe(0);
    const size = (): number => (Reflect.get(book, 'limits') as Map<string, unknown>).size;
    clock += 19_999;
    book.expire();
    expect(size()).toBe(2);
    clock += 1;
    book.expire();
    expect(size()).toBe(0);
  });
});
