import type { RouterSettings } from '@tollgate/config';
import { setLogLevel } from '@tollgate/observability';
import { START, config, failure, header } from '../_fixtures.js';
import { groups, two } from '../_scenes.js';
import { TimedStage } from '../_timed-stage.js';

beforeAll(() => setLogLevel('silent'));

describe('retries', () => {
  it('are as many as the team of the key has, and so is their time', async () => {
    const router = { numRetries: 3, teams: new Map([['t', { numRetries: 1, timeoutMs: 1_234 }]]) };
    const dead = { endMs: 5, outcome: failure('upstream_error') };
    const stage = new TimedStage(config(two, { router }), { d1: dead, d2: dead });
    await stage.route({ principal: { ...header().principal, teamId: 't' } });
    expect(stage.attempts.map(({ clocks }) => clocks.totalMs)).toEqual([1_234, 1_234]);
  });

  it('know what the attempts before them were billed', async () => {
    const broken = { ...failure('upstream_error'), costNanos: 30 };
    const stage = new TimedStage(config(two, { router: { numRetries: 2 } }), {
      d1: { endMs: 5, outcome: broken },
      d2: { endMs: 5, outcome: broken },
    });
    await stage.route();
    expect(stage.attempts.map(({ spentNanos }) => spentNanos)).toEqual([undefined, 30, 60]);
  });

  it('tell nothing about a deployment whose time a key has cut short', async () => {
    const { principal } = header();
    const slow = { endMs: 20, outcome: failure('upstream_timeout') };
    const circuitAfter = async (timeoutMs: number, settings: Partial<RouterSettings> = {}) => {
      const stage = new TimedStage(config(two, { router: { numRetries: 0, ...settings } }), { d1: slow });
      const own = { ...principal, routing: { timeoutMs } };
      for (let call = 0; call < 8; call++) await stage.route({ id: `c${call}`, principal: own });
      return stage.assembly.health.circuit('d1').state;
    };
    expect(await circuitAfter(20)).toBe('closed');
    expect(await circuitAfter(1e9)).toBe('open');
    expect(await circuitAfter(20, groups({ timeoutMs: 30 }))).toBe('open');
  });

  it('are not earned by asking what would be done', async () => {
    const settings = config(two, { router: { retryBudget: 0.2, numRetries: 1 } });
    const dead = { endMs: 0, outcome: failure('upstream_error') };
    const stage = new TimedStage(settings, { d1: dead, d2: dead });
    for (let ask = 0; ask < 1_000; ask++) stage.assembly.router.explain(header({ startedAt: START }));
    for (let call = 0; call < 20; call++) void stage.start({ id: `c${call}` }).catch(() => undefined);
    await stage.time.run();
    expect(stage.attempts.length).toBeLessThan(20 + 15);
  });

  it('do not become a storm', async () => {
    const stage = new TimedStage(config(two, { router: { retryBudget: 0.2, allowedFails: 1e9 } }), {
      d1: { endMs: 1, outcome: failure('upstream_error') },
      d2: { endMs: 1, outcome: failure('upstream_error') },
    });
    const begin = (call: number) => void stage.start({ id: `c${call}` }).catch(() => undefined);
    for (let call = 0; call < 1_000; call++) stage.time.at(START + 2 * call, () => begin(call));
    await stage.time.run();
    expect(stage.attempts.length).toBeLessThan(1_000 * 1.2 + 40);
    expect(stage.attempts.length).toBeGreaterThan(1_100);
  });

  it('do not begin when the quickest answer known could not come in time', async () => {
    const broken = new TimedStage(config(two), {
      d1: { endMs: 700, outcome: failure('upstream_error') },
      d2: { endMs: 400 },
    });
    for (let call = 0; call < 3; call++) await broken.route({ id: `c${call}` });
    const before = broken.attempts.length;
    const startedAt = broken.time.now();
    await broken.route({ startedAt, deadline: startedAt + 1_000 });
    expect(broken.attempts.length - before).toBe(1);
  });
});
