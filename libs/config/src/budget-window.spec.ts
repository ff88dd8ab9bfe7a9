import { isBudgetWindow, windowEnd, windowStart } from './budget-window.js';

const DAY = 86_400_000;
const at = (text: string): number => Date.parse(text);
const start = (window: string, time: string, zone?: string): string =>
  new Date(windowStart(window, at(time), zone)).toISOString();

describe('windowStart', () => {
  // A Saturday.
  const NOW = '2026-10-31T13:47:52.123Z';

  it.each([
    ['1s', '2026-10-31T13:47:52.000Z'],
    ['30s', '2026-10-31T13:47:30.000Z'],
    ['1m', '2026-10-31T13:47:00.000Z'],
    ['1h', '2026-10-31T13:00:00.000Z'],
    ['6h', '2026-10-31T12:00:00.000Z'],
    ['24h', '2026-10-31T00:00:00.000Z'],
    ['1d', '2026-10-31T00:00:00.000Z'],
    ['7d', '2026-10-26T00:00:00.000Z'],
    ['1w', '2026-10-26T00:00:00.000Z'],
    ['30d', '2026-10-01T00:00:00.000Z'],
    ['1mo', '2026-10-01T00:00:00.000Z'],
    ['2mo', '2026-09-01T00:00:00.000Z'],
    ['3mo', '2026-10-01T00:00:00.000Z'],
    ['12mo', '2026-01-01T00:00:00.000Z'],
  ])('of %s is %s', (window, expected) => {
    expect(start(window, NOW)).toBe(expected);
  });

  it.each([
    ['2d', 2 * DAY],
    ['10d', 10 * DAY],
    ['45d', 45 * DAY],
    ['2w', 14 * DAY],
    ['14d', 14 * DAY],
    ['5h', DAY * (5 / 24)],
    ['7m', 7 * 60_000],
  ])('of %s goes on from the last one', (window, length) => {
    const first = windowStart(window, at('2026-01-01'));
    for (let time = at('2026-01-01'); time < at('2026-04-01'); time += 3 * 3_600_000) {
      const begun = windowStart(window, time);
      expect([(begun - first) % length, begun <= time && time < begun + length]).toEqual([0, true]);
    }
  });

  it('of two weeks begins on Mondays, as of 14d', () => {
    expect(new Date(windowStart('2w', at(NOW))).getUTCDay()).toBe(1);
    expect(start('14d', NOW)).toBe(start('2w', NOW));
  });

  it('is where the clocks of the zone say so', () => {
    expect(start('1d', '2026-10-31T04:30:00Z', 'America/New_York')).toBe('2026-10-31T04:00:00.000Z');
    expect(start('1d', '2026-10-31T03:30:00Z', 'America/New_York')).toBe('2026-10-30T04:00:00.000Z');
    expect(start('1d', '2026-10-31T18:29:59Z', 'Asia/Kolkata')).toBe('2026-10-30T18:30:00.000Z');
    expect(start('7d', '2026-10-26T01:00:00Z', 'America/New_York')).toBe('2026-10-19T04:00:00.000Z');
    expect(start('1mo', '2026-10-31T23:30:00Z', 'Europe/Berlin')).toBe('2026-10-31T23:00:00.000Z');
    expect(start('1h', '2026-10-31T13:47:00Z', 'Asia/Kolkata')).toBe('2026-10-31T13:00:00.000Z');
  });

  it.each([
    ['the day before the clocks go forward', '2026-03-29T12:00:00Z', 'Europe/Berlin', '2026-03-28T23:00'],
    ['the day after', '2026-03-30T12:00:00Z', 'Europe/Berlin', '2026-03-29T22:00'],
    ['after they went back', '2026-10-26T12:00:00Z', 'Europe/Berlin', '2026-10-25T23:00'],
    ['without a midnight', '2018-11-04T12:00:00Z', 'America/Sao_Paulo', '2018-11-04T03:00'],
    ['without a midnight', '2024-04-26T12:00:00Z', 'Africa/Cairo', '2024-04-25T22:00'],
    ['with two midnights', '2026-11-01T12:00:00Z', 'America/Havana', '2026-11-01T04:00'],
  ])('%s: %s in %s', (_what, time, zone, expected) => {
    expect(start('1d', time, zone)).toBe(`${expected}:00.000Z`);
  });

  it('of a day is its first instant, in every zone that has odd clocks', () => {
    const zones = [
      'Europe/Berlin',
      'America/Sao_Paulo',
      'Australia/Lord_Howe',
      'America/Nuuk',
      'Asia/Beirut',
    ];
    for (const zone of zones) {
      const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
      const day = (time: number) => format.format(time);
      for (let time = at('2017-01-01'); time < at('2019-01-01'); time += 7 * 3_600_000) {
        const begun = windowStart('1d', time, zone);
        if (day(begun) !== day(time) || day(begun - 1) === day(time)) {
          throw new Error(`${zone} ${new Date(time).toISOString()}: ${new Date(begun).toISOString()}`);
        }
      }
    }
  });

  it('of a text that is no window, or in a zone that is not known, is an error', () => {
    expect(() => windowStart('1y', 0)).toThrow(RangeError);
    expect(() => windowStart('1d', 0, 'Middle/Earth')).toThrow(RangeError);
  });
});

describe('windowEnd', () => {
  it.each(['30s', '1m', '1h', '1d', '24h', '5d', '7d', '2w', '30d', '1mo', '3mo', '12mo', '120mo'])(
    'of %s is where the next one begins, in any zone and season',
    (window) => {
      for (const zone of ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Beirut']) {
        for (let time = at('2026-01-01'); time < at('2028-03-02'); time += 13.7 * DAY) {
          const end = windowEnd(window, time, zone);
          expect(end).toBeGreaterThan(time);
          expect(windowStart(window, end, zone)).toBe(end);
          expect(windowStart(window, end - 1, zone)).toBe(windowStart(window, time, zone));
        }
      }
    },
  );
});

it.each(['', '1', 'd', '0d', '-1d', '1.5h', '1 d', '1D', '1y', '1dd', '123456789s'])(
  '%j is no window',
  (text) => {
    expect(isBudgetWindow(text)).toBe(false);
  },
);
