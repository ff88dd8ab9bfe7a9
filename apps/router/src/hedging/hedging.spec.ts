import type { GroupSettings } from '@tollgate/config';
import { setLogLevel } from '@tollgate/observability';
import { seeded } from '@tollgate/testing';
import { START, config, delivered, deployment, failure } from '../_fixtures.js';
import { groups, two } from '../_scenes.js';
import { TimedStage } from '../_timed-stage.js';

beforeAll(() => setLogLevel('silent'));

describe('hedging', () => {
  const hedged = (patch: Partial<GroupSettings> = {}) =>
    config(two, { router: groups({ hedge: { delayMs: 100, maxShare: 1 }, ...patch }) });

  it('asks a second deployment when the first is late, and cancels the loser', async () => {
    const stage = new TimedStage(hedged(), {
      d1: { headMs: 900, endMs: 1_000 },
      d2: { headMs: 50, endMs: 80 },
    });
    const outcome = await stage.route({ stream: true });
    expect(outcome).toMatchObject({ delivered: true, error: null, latencyMs: 80 });
    expect(
      stage.attempts.map(({ deploymentId, role, attemptId }) => [deploymentId, role, attemptId]),
    ).toEqual([
      ['d1', 'primary', 'call:1'],
      ['d2', 'hedge', 'call:2'],
    ]);
    expect(stage.cancelled).toEqual(['d1']);
    expect(stage.time.now() - START).toBe(180);
    expect(stage.steps()).toEqual(
      expect.arrayContaining([
        { step: 'hedged', attempt: 2, afterMs: 100 },
        { step: 'hedge-won', attempt: 2 },
      ]),
    );
    expect(stage.assembly.hedges.report()[0]?.counts).toMatchObject({
      hedged: 1,
      won: 1,
      extraCostNanos: 30,
    });
  });

  it('leaves the first alone when it answers in time, or first after all', async () => {
    const quick = new TimedStage(hedged(), { d1: { headMs: 99, endMs: 500 } });
    await quick.route({ stream: true });
    expect(quick.asked).toEqual(['d1']);
    const stage = new TimedStage(hedged(), {
      d1: { headMs: 120, endMs: 500 },
      d2: { headMs: 50, endMs: 60 },
    });
    await stage.route({ stream: true });
    expect([stage.asked, stage.cancelled]).toEqual([['d1', 'd2'], ['d2']]);
    expect(stage.assembly.hedges.report()[0]?.counts).toMatchObject({ hedged: 1, won: 0 });
  });

  it('goes on with the one that is left when the other fails, and retries when both do', async () => {
    const broken = failure('upstream_error');
    const one = new TimedStage(hedged(), { d1: { endMs: 130, outcome: broken }, d2: { endMs: 300 } });
    expect(await one.route()).toMatchObject({ delivered: true });
    expect(one.cancelled).toEqual([]);
    let tries = 0;
    const both = new TimedStage(hedged(), {
      d1: { endMs: 130, outcome: broken },
      d2: () => (tries++ === 0 ? { endMs: 60, outcome: broken } : { endMs: 10 }),
    });
    await both.route();
    expect(both.attempts.length).toBeGreaterThan(2);
  });

  it('learns when to ask from the model itself', async () => {
    const own = hedged({ hedge: { delayMs: null, maxShare: 1 } });
    let headMs = 41;
    const stage = new TimedStage(own, { d1: () => ({ headMs, endMs: headMs + 100 }) });
    for (headMs = 40; headMs > 10; headMs--) await stage.route({ stream: true, id: `c${headMs}` });
    expect(new Set(stage.asked)).toEqual(new Set(['d1']));
    headMs = 900;
    await stage.route({ stream: true });
    expect(stage.steps()).toContainEqual({ step: 'hedged', attempt: 2, afterMs: 39 });
  });

  it('keeps to the true tail, whatever it cuts off', async () => {
    const random = seeded(5);
    const slowSometimes = () => {
      const headMs = Math.min(60_000, Math.round(100 / (1 - random()) ** (1 / 1.5)));
      return { headMs, endMs: headMs + 1, outcome: { ...delivered, costNanos: 100 } };
    };
    const both = [deployment('d1'), deployment('d2')];
    const settings = config(both, { router: groups({ hedge: { delayMs: null, maxShare: 0.5 } }) });
    const stage = new TimedStage(settings, { d1: slowSometimes, d2: slowSometimes });
    for (let call = 0; call < 5_000; call++) await stage.route({ stream: true, id: `c${call}` });
    const counts = stage.assembly.hedges.report()[0]!.counts;
    expect(counts.hedged / counts.calls).toBeGreaterThan(0.03);
    expect(counts.hedged / counts.calls).toBeLessThan(0.07);
  });

  it('notes no second pick where there is nobody else, and counts none', async () => {
    const router = groups({ hedge: { delayMs: 100, maxShare: 1 } });
    const stage = new TimedStage(config([deployment('d1')], { router }), {
      d1: { headMs: 900, endMs: 1_000 },
    });
    await stage.route({ stream: true });
    expect(stage.steps().filter((step) => 'step' in step && step.step === 'picked')).toHaveLength(1);
    expect(stage.assembly.hedges.report()[0]?.counts).toMatchObject({ hedged: 0 });
  });

  it('leaves the probe of a deployment that it may not ask to others', async () => {
    const late = { headMs: 900, endMs: 1_000 };
    const router = groups({ hedge: { delayMs: 100, maxShare: 0 } });
    const three = config([...two, deployment('d3', { order: 3 })], { router });
    const stage = new TimedStage(three, { d1: late, d2: late, d3: late });
    for (const id of ['d2', 'd3']) await stage.state.openCircuit(id, START + 50);
    const calls = ['a', 'b'].map((id) => stage.start({ stream: true, id }));
    await stage.time.run();
    await Promise.all(calls);
    expect(stage.asked).toEqual(['d1', 'd1', 'd2']);
    expect(stage.assembly.health.circuit('d3')).toMatchObject({ state: 'half-open', probing: false });
  });

  it('keeps no book of names that are not hedged', async () => {
    const stage = new TimedStage(config(two), {});
    await stage.route();
    expect(stage.assembly.hedges.report()).toEqual([]);
  });

  it('is off for deterministic work', async () => {
    const stage = new TimedStage(hedged(), { d1: { endMs: 900 } });
    await stage.route({ deterministic: true });
    expect(stage.asked).toEqual(['d1']);
  });
});
