import { setLogLevel } from '@tollgate/observability';
import { START, config, deployment, failure } from '../_fixtures.js';
import { groups, tooLong } from '../_scenes.js';
import { TimedStage } from '../_timed-stage.js';

beforeAll(() => setLogLevel('silent'));

describe('a canary', () => {
  const next = deployment('next', { group: 'chat-next' });
  const trial = (percent: number, minCalls = 5) =>
    config([deployment('d1'), next], {
      router: groups({
        canary: {
          to: 'chat-next',
          percent,
          stickyBy: 'user',
          rollbackWhen: { errorRateAbove: 0.2, p95LatencyAboveMs: null, minCalls },
        },
      }),
    });
  const callAll = async (stage: TimedStage, calls: number): Promise<void> => {
    for (let call = 0; call < calls; call++) await stage.route({ id: `c${call}`, endUser: `user-${call}` });
  };

  it('gets its share and is compared with the baseline', async () => {
    const stage = new TimedStage(trial(50), {});
    await callAll(stage, 200);
    const [report] = stage.assembly.canaries.report();
    expect(report).toMatchObject({ model: 'chat', to: 'chat-next', percent: 50, rolledBack: null });
    expect(report!.canary.calls + report!.baseline.calls).toBe(200);
    expect(report!.canary.calls).toBeGreaterThan(80);
    expect(
      stage.attempts.filter(({ deploymentId, arm }) => (arm === 'canary') !== (deploymentId === 'next')),
    ).toEqual([]);
  });

  it('is answered by the baseline when it fails, taken back by itself, and told of once', async () => {
    const stage = new TimedStage(trial(100), { next: { endMs: 5, outcome: failure('upstream_error') } });
    await callAll(stage, 20);
    const canaryCalls = stage.attempts.filter(({ group }) => group === 'chat-next').length;
    expect(stage.attempts.filter(({ group }) => group === 'chat')).toHaveLength(20);
    expect(stage.assembly.canaries.report()[0]?.rolledBack).toMatchObject({
      reason: expect.stringContaining('5 of 5'),
    });
    await callAll(stage, 20);
    expect(stage.attempts.filter(({ group }) => group === 'chat-next')).toHaveLength(canaryCalls);
    expect(stage.alerts.map(({ type }) => type)).toEqual(['canary_rolled_back']);
  });

  it('stays back after a restart, until its share is another', async () => {
    const before = new TimedStage(trial(100), { next: { endMs: 5, outcome: failure('upstream_error') } });
    await callAll(before, 20);
    const after = new TimedStage(trial(100), {});
    after.assembly.canaries.learn(before.alerts);
    await callAll(after, 10);
    expect(new Set(after.asked)).toEqual(new Set(['d1']));
    after.config.replace(trial(99));
    await callAll(after, 30);
    expect(new Set(after.asked)).toEqual(new Set(['d1', 'next']));
  });

  it('that is one deployment of the group gets the calls of its arm and no others', async () => {
    const own = config([deployment('d1'), deployment('d2')], {
      router: groups({
        canary: {
          to: 'd2',
          percent: 10,
          stickyBy: 'user',
          rollbackWhen: { errorRateAbove: 0.2, p95LatencyAboveMs: null, minCalls: 5 },
        },
      }),
    });
    let isBroken = false;
    const stage = new TimedStage(own, {
      d2: () => ({ endMs: 5, ...(isBroken && { outcome: failure('upstream_error') }) }),
    });
    await callAll(stage, 500);
    const share = stage.asked.filter((id) => id === 'd2').length / 500;
    expect(share).toBeGreaterThan(0.06);
    expect(share).toBeLessThan(0.14);
    isBroken = true;
    await callAll(stage, 500);
    expect(stage.assembly.canaries.report()[0]?.rolledBack).not.toBeNull();
    stage.attempts.length = 0;
    await callAll(stage, 100);
    expect(new Set(stage.asked)).toEqual(new Set(['d1']));
  });

  it('that has done well for long is taken back as soon as it does not', async () => {
    let isBroken = false;
    const stage = new TimedStage(trial(100), {
      next: () => ({ endMs: 5, ...(isBroken && { outcome: failure('upstream_error') }) }),
    });
    await callAll(stage, 5_000);
    isBroken = true;
    await callAll(stage, 300);
    expect(stage.assembly.canaries.report()[0]?.rolledBack).not.toBeNull();
  });

  it('is taken back on every replica, whatever each has seen itself', async () => {
    const bad = new TimedStage(trial(100), { next: { endMs: 5, outcome: failure('upstream_error') } });
    const good = new TimedStage(trial(100), {});
    await callAll(good, 100);
    await callAll(bad, 5);
    good.assembly.canaries.apply(bad.assembly.canaries.take());
    expect(good.assembly.canaries.report()[0]?.rolledBack).not.toBeNull();
    expect(good.alerts).toEqual([]);
    expect(good.assembly.canaries.take()).not.toHaveProperty('rollbacks');
  });

  it('leaves a prompt that is too long for it to the baseline', async () => {
    const stage = new TimedStage(trial(100), { next: { endMs: 5, outcome: tooLong } });
    expect(await stage.route()).toMatchObject({ delivered: true });
    expect(stage.attempts.map(({ deploymentId, arm }) => [deploymentId, arm])).toEqual([
      ['next', 'canary'],
      ['d1', null],
    ]);
  });

  it('that is over is not judged by the calls that were under way', async () => {
    const stage = new TimedStage(trial(100, 1), {
      next: { endMs: 50, outcome: failure('upstream_error') },
    });
    stage.time.at(START + 20, () => stage.config.replace(config([deployment('d1'), next])));
    await stage.route();
    expect(stage.asked).toContain('d1');
    expect(stage.alerts).toEqual([]);
  });

  it('whose target is gone is no arm of anything', async () => {
    const canary = { to: 'gone', percent: 100, stickyBy: 'user', rollbackWhen: null } as const;
    const stage = new TimedStage(config([deployment('d1')], { router: groups({ canary }) }), {});
    await stage.route();
    expect(stage.attempts[0]).toMatchObject({ deploymentId: 'd1', arm: null });
  });

  it('is not blamed for what the caller got wrong', async () => {
    const stage = new TimedStage(trial(100), {
      next: { endMs: 5, outcome: failure('upstream_bad_request') },
    });
    await callAll(stage, 20);
    expect(stage.assembly.canaries.report()[0]).toMatchObject({ rolledBack: null, canary: { calls: 0 } });
  });
});
