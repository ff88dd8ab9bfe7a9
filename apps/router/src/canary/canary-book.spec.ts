import type { CanarySettings } from '@tollgate/config';
import { seeded } from '@tollgate/testing';
import { header } from '../_fixtures.js';
import { armOf } from './arm-choice.js';
import { CanaryBook, canaryOf, stickyPart, type Canary } from './canary-book.js';

const settings = (patch: Partial<CanarySettings> = {}): CanarySettings => ({
  to: 'chat-next',
  percent: 5,
  stickyBy: 'user',
  rollbackWhen: { errorRateAbove: 0.1, p95LatencyAboveMs: 2_000, minCalls: 20 },
  ...patch,
});
const canary = (patch: Partial<CanarySettings> = {}): Canary => canaryOf('chat', settings(patch));
const byUser = (user: string) => header({ endUser: user });
const users = Array.from({ length: 20_000 }, (_, index) => `user-${index}`);

describe('the arm of a call', () => {
  it('never changes for one user, and the share is kept within a percent', () => {
    const own = canary();
    const arms = users.map((user) => armOf(own, byUser(user), Math.random));
    expect(users.map((user) => armOf(own, byUser(user), Math.random))).toEqual(arms);
    const share = arms.filter((arm) => arm === 'canary').length / users.length;
    expect(Math.abs(share - 0.05)).toBeLessThan(0.01);
  });

  it('is kept by everyone who has the canary when the share grows', () => {
    const before = users.filter((user) => armOf(canary(), byUser(user), Math.random) === 'canary');
    const wider = canary({ percent: 20 });
    expect(before.every((user) => armOf(wider, byUser(user), Math.random) === 'canary')).toBe(true);
    expect(
      users.every((user) => armOf(canary({ percent: 100 }), byUser(user), Math.random) === 'canary'),
    ).toBe(true);
  });

  it('is chance when nothing is sticky', () => {
    const random = seeded(7);
    const own = canary({ stickyBy: 'none', percent: 50 });
    const arms = new Set(Array.from({ length: 100 }, () => armOf(own, byUser('ada'), random)));
    expect(arms.size).toBe(2);
  });

  it('goes by session, else by user, else by key', () => {
    const own = settings({ stickyBy: 'session' });
    expect(stickyPart(own, header({ sessionId: 's', endUser: 'u' }))).toBe('s');
    expect(stickyPart(own, header({ endUser: 'u' }))).toBe('u');
    expect(stickyPart(own, header())).toBe('hash');
    expect(stickyPart(settings({ stickyBy: 'key' }), header({ endUser: 'u' }))).toBe('hash');
  });
});

describe('a canary', () => {
  const call = (failed: boolean, latencyMs = 100) => ({
    failed,
    latencyMs: failed ? null : latencyMs,
    costNanos: 10,
  });

  it('goes back when too many calls fail, and not before enough were made', () => {
    const book = new CanaryBook();
    const own = canary();
    for (let index = 0; index < 19; index++) book.record(own, 'canary', call(true));
    expect(book.verdict(own)).toBeNull();
    book.record(own, 'canary', call(false));
    expect(book.verdict(own)).toBe('19 of 20 calls failed, more than 10%');
  });

  it('goes back when it is slow', () => {
    const book = new CanaryBook();
    const own = canary();
    for (let index = 0; index < 20; index++)
      book.record(own, 'canary', call(false, index < 18 ? 100 : 3_000));
    expect(book.verdict(own)).toBe('the p95 of its latency is 3000 ms, more than 2000 ms');
  });

  it('stays whatever the baseline does, and without a rule', () => {
    const book = new CanaryBook();
    for (let index = 0; index < 50; index++) {
      book.record(canary(), 'baseline', call(true));
      book.record(canary({ percent: 6, rollbackWhen: null }), 'canary', call(true));
    }
    expect(book.verdict(canary())).toBeNull();
    expect(book.verdict(canary({ percent: 6, rollbackWhen: null }))).toBeNull();
  });

  it('is judged by what all replicas saw', () => {
    const [one, two] = [new CanaryBook(), new CanaryBook()];
    const own = canary();
    for (let index = 0; index < 10; index++) {
      one.record(own, 'canary', call(true));
      two.record(own, 'canary', call(false));
    }
    one.apply(two.take());
    expect(two.take()).toEqual([]);
    expect(one.report(own).canary).toEqual({
      calls: 20,
      errors: 10,
      costNanos: 200,
      p50LatencyMs: 100,
      p95LatencyMs: 100,
    });
    expect(one.verdict(own)).not.toBeNull();
  });

  it('is a new trial with a new share', () => {
    expect(canary().id).toBe(canary({ stickyBy: 'key' }).id);
    expect(canary().id).not.toBe(canary({ percent: 10 }).id);
  });
});
