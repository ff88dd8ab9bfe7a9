import { GROUP_DEFAULTS, type GroupSettings, type RouterSettings } from '@tollgate/config';
import { NO_USAGE, type Outcome } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { START, config, deployment, delivered, failure, header, keyFor, seeded } from './_fixtures.js';
import { TimedStage } from './_timed-stage.js';

beforeAll(() => setLogLevel('silent'));

const two = [deployment('d1', { order: 1 }), deployment('d2', { order: 2 })];
const claude = deployment('claude', { group: 'quality', provider: 'anthropic', model: 'sonnet' });
const llama = deployment('llama', { group: 'local', provider: 'ollama', model: 'llama3' });
const groups = (settings: Partial<GroupSettings>, name = 'chat'): Partial<RouterSettings> => ({
  groups: new Map([[name, { ...GROUP_DEFAULTS, ...settings }]]),
});
const chains = (entries: Record<string, string[]>) => new Map(Object.entries(entries));
const tooLong = failure('upstream_bad_request', { upstreamCode: 'context_length_exceeded' });
const refused = failure('upstream_bad_request', { upstreamCode: 'content_filter' });

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

describe('fallbacks', () => {
  it('for a prompt that is too long are those of its kind', async () => {
    const router = {
      fallbacks: chains({ chat: ['local'] }),
      contextWindowFallbacks: chains({ chat: ['quality'] }),
    };
    const stage = new TimedStage(config([two[0]!, claude, llama], { router }), {
      d1: { endMs: 5, outcome: tooLong },
    });
    expect(await stage.route()).toMatchObject({ delivered: true });
    expect(stage.asked).toEqual(['d1', 'claude']);
  });

  it('of the general kind hold only where no others are configured', async () => {
    const general = { fallbacks: chains({ chat: ['local'] }) };
    const one = new TimedStage(config([two[0]!, llama], { router: general }), {
      d1: { endMs: 5, outcome: refused },
    });
    await one.route();
    expect(one.asked).toEqual(['d1', 'llama']);
    const router = { ...general, contentPolicyFallbacks: chains({ other: ['local'] }) };
    const stage = new TimedStage(config([two[0]!, llama], { router }), {
      d1: { endMs: 5, outcome: refused },
    });
    expect(await stage.route()).toMatchObject({ code: 'upstream_bad_request' });
    expect(stage.asked).toEqual(['d1']);
  });

  it('are the caller’s own before the key’s, the team’s and the config’s', async () => {
    const all = [two[0]!, claude, llama, deployment('x', { group: 'x' }), deployment('y', { group: 'y' })];
    const router = {
      fallbacks: chains({ chat: ['quality'] }),
      teams: new Map([['t', { fallbacks: { chat: ['x'] } }]]),
    };
    const broken = { d1: { endMs: 5, outcome: failure('upstream_authentication') } };
    const asked = async (patch: Parameters<typeof header>[0]): Promise<string[]> => {
      const stage = new TimedStage(config(all, { router }), broken);
      await stage.route(patch);
      return stage.asked.slice(1);
    };
    const { principal } = header();
    const team = { ...principal, teamId: 't' };
    const keyed = { ...team, routing: { fallbacks: { '*': ['local'] } } };
    expect(await asked({})).toEqual(['claude']);
    expect(await asked({ principal: team })).toEqual(['x']);
    expect(await asked({ principal: keyed })).toEqual(['llama']);
    expect(await asked({ principal: keyed, fallbacks: ['y'] })).toEqual(['y']);
    expect(await asked({ fallbacks: ['y'], principal: keyFor('chat') })).toEqual([]);
    expect(await asked({ fallbacks: ['y'], deterministic: true })).toEqual([]);
  });

  it('may be named by a key’s pattern of several stars', async () => {
    const broken = { d1: { endMs: 5, outcome: failure('upstream_authentication') } };
    const asked = async (...models: string[]): Promise<string[]> => {
      const stage = new TimedStage(config([two[0]!, claude], { fallbacks: { chat: ['quality'] } }), broken);
      await stage.route({ principal: keyFor('chat', ...models) });
      return stage.asked;
    };
    expect(await asked('q*l*y')).toEqual(['d1', 'claude']);
    expect(await asked('q*z*y')).toEqual(['d1']);
  });

  it('of a fallback are those for its own failure', async () => {
    const router = {
      numRetries: 0,
      fallbacks: chains({ chat: ['quality'] }),
      contextWindowFallbacks: chains({ quality: ['local'] }),
    };
    const stage = new TimedStage(config([two[0]!, claude, llama], { router }), {
      d1: { endMs: 5, outcome: failure('upstream_error') },
      claude: { endMs: 5, outcome: tooLong },
    });
    expect(await stage.route()).toMatchObject({ delivered: true });
    expect(stage.asked).toEqual(['d1', 'claude', 'llama']);
  });

  it('are not begun when they cannot end in time: the caller learns what went wrong', async () => {
    const settings = config([two[0]!, claude], {
      fallbacks: { chat: ['quality'] },
      router: { numRetries: 0 },
    });
    const stage = new TimedStage(settings, { d1: { endMs: 9_950, outcome: failure('upstream_error') } });
    expect(await stage.route({ deadline: START + 10_000 })).toMatchObject({ code: 'upstream_error' });
    expect(stage.asked).toEqual(['d1']);
    expect(stage.steps()).toContainEqual({ step: 'skipped', group: 'quality', reason: 'no-time' });
  });

  it('are tried when nobody in the group may be asked', async () => {
    const stage = new TimedStage(config([two[0]!, claude], { fallbacks: { chat: ['quality'] } }), {});
    await stage.state.openCircuit('d1', START + 60_000);
    expect(await stage.route()).toMatchObject({ delivered: true });
    expect(stage.asked).toEqual(['claude']);
  });
});

it('a key may have names of its own', async () => {
  const stage = new TimedStage(config([two[0]!, claude]), {});
  const principal = { ...header().principal, routing: { aliases: { chat: 'quality' } } };
  await stage.route({ principal });
  expect(stage.asked).toEqual(['claude']);
});

describe('when all are out', () => {
  const waiting = (coolingWaitMs: number) =>
    config([deployment('d1'), deployment('d2')], { router: { coolingWaitMs } });

  it('a call waits for the first to return, as long as the config allows', async () => {
    const stage = new TimedStage(waiting(2_000), {});
    await stage.state.openCircuit('d1', START + 5_000);
    await stage.state.openCircuit('d2', START + 1_500);
    expect(await stage.route()).toMatchObject({ delivered: true });
    expect(stage.asked).toEqual(['d2']);
    expect(stage.steps()).toContainEqual({ step: 'waited', milliseconds: 1_500, why: 'cooling' });
  });

  it('and is else refused with the time to come back', async () => {
    const stage = new TimedStage(waiting(1_000), {});
    await stage.state.openCircuit('d1', START + 5_000);
    await stage.state.openCircuit('d2', START + 1_500);
    expect(await stage.route()).toMatchObject({ code: 'all_cooling', options: { retryAfterMs: 1_500 } });
    expect(stage.asked).toEqual([]);
  });
});

it('nobody waits for a deployment that could not serve the call', async () => {
  const router = { coolingWaitMs: 5_000, tagFiltering: 'any' } as const;
  const stage = new TimedStage(config([deployment('d1', { tags: ['paid'] })], { router }), {});
  await stage.state.openCircuit('d1', START + 2_000);
  expect(await stage.route({ tags: ['free'] })).toMatchObject({ code: 'tags_not_allowed' });
  expect(stage.time.now()).toBe(START);
});

it('a call that waits for a probe to end keeps one step of it', async () => {
  const stage = new TimedStage(config([deployment('d1')], { router: { coolingWaitMs: 20_000 } }), {
    d1: { endMs: 10_000 },
  });
  await stage.state.openCircuit('d1', START + 10);
  stage.time.at(START + 20, () => undefined);
  await stage.time.run();
  const calls = ['probe', 'call'].map((id) => stage.start({ id }));
  await stage.time.run();
  expect(await Promise.all(calls)).toMatchObject([{ delivered: true }, { delivered: true }]);
  const waits = stage.steps().filter((step) => 'step' in step && step.step === 'waited');
  expect(waits).toEqual([{ step: 'waited', milliseconds: 10_000, why: 'cooling' }]);
});

it('what is left out of every call of a group is written down once', async () => {
  const stage = new TimedStage(config(two), {});
  for (const id of ['a', 'b']) await stage.route({ id });
  const dropped = ['a', 'b'].map((id) => {
    const steps = stage.assembly.decisions.find(id)?.steps ?? [];
    return steps.flatMap((step) => (step.step === 'picked' ? [step.dropped] : []))[0];
  });
  expect(dropped[0]).toHaveLength(1);
  expect(dropped[1]).toBe(dropped[0]);
});

it('a call that comes while another one takes the only probe is told to come back', async () => {
  const stage = new TimedStage(config([deployment('d1')]), {});
  await stage.state.openCircuit('d1', START + 10);
  stage.time.at(START + 20, () => undefined);
  await stage.time.run();
  // As Redis does: the answer takes a while, and until then nobody sees that there is a probe.
  let asked = 0;
  stage.state.claimProbe = async () => {
    const isFirst = asked++ === 0;
    await new Promise(setImmediate);
    return isFirst;
  };
  const calls = ['a', 'b'].map((id) => stage.start({ id }).catch((error: unknown) => error));
  await stage.time.run();
  expect(await Promise.all(calls)).toMatchObject([{ delivered: true }, { code: 'all_cooling' }]);
});

describe('a mirror', () => {
  it('gets a copy of the call that nobody waits for', async () => {
    const mirrored = [deployment('d1', { silentModel: 'quality' }), claude];
    const unseen = { ...delivered, delivered: false };
    const stage = new TimedStage(config(mirrored), {
      d1: { endMs: 10 },
      claude: { endMs: 5_000, outcome: unseen },
    });
    const call = stage.start();
    await stage.time.run();
    expect(await call).toMatchObject({ latencyMs: 10 });
    expect(stage.attempts.map(({ attemptId, role, arm }) => [attemptId, role, arm])).toEqual([
      ['call:mirror', 'mirror', null],
      ['call:1', 'primary', null],
    ]);
    expect(stage.steps()).toContainEqual(
      expect.objectContaining({ step: 'answered', attempt: 0, code: null }),
    );
  });

  it('is paid for by no budget of the caller’s', async () => {
    const mirrored = [deployment('d1', { silentModel: 'quality' }), claude];
    const limit = { limitNanos: 10, window: '1d' };
    const stage = new TimedStage(config(mirrored, { router: { tagBudgets: new Map([['t', limit]]) } }), {
      d1: { endMs: 5, outcome: { ...delivered, costNanos: 0 } },
      claude: { endMs: 5, outcome: { ...delivered, delivered: false, costNanos: 100 } },
    });
    for (const id of ['first', 'second'])
      expect(await stage.route({ id, tags: ['t'] })).toMatchObject({ delivered: true });
  });

  it('that fails disturbs nobody', async () => {
    const mirrored = [deployment('d1', { silentModel: 'quality' }), claude];
    const stage = new TimedStage(config(mirrored), {
      claude: { endMs: 1, outcome: failure('upstream_error') },
    });
    expect(await stage.route()).toMatchObject({ delivered: true, error: null });
  });
});

describe('an answer that breaks off', () => {
  const partial = { text: 'Once upon', responseId: 'r', created: 1, usage: { ...NO_USAGE, output: 2 } };
  const broken: Outcome = { ...failure('upstream_stream_broken'), delivered: true, partial };
  const going = (settings: Partial<GroupSettings> = { onStreamFailure: 'continue' }) =>
    config([...two, claude], { fallbacks: { chat: ['quality'] }, router: groups(settings) });

  it('goes on at another deployment, which is told what the caller has', async () => {
    const stage = new TimedStage(going(), { d1: { headMs: 5, endMs: 20, outcome: broken } });
    expect(await stage.route({ stream: true })).toMatchObject({ delivered: true, error: null });
    expect(
      stage.attempts.map(({ deploymentId, role, resumable }) => [deploymentId, role, resumable]),
    ).toEqual([
      ['d1', 'primary', true],
      ['d2', 'continuation', true],
    ]);
    expect(stage.attempts[1]?.partial).toEqual(partial);
    expect(stage.steps()).toContainEqual({ step: 'continued', group: 'chat', characters: 9 });
  });

  it('goes on at a fallback when the group has nobody left', async () => {
    const dead = { endMs: 5, outcome: failure('upstream_error') };
    const stage = new TimedStage(going(), { d1: { headMs: 5, endMs: 20, outcome: broken }, d2: dead });
    expect(await stage.route({ stream: true })).toMatchObject({ delivered: true, error: null });
    expect(stage.asked).toEqual(['d1', 'd2', 'claude']);
  });

  it('of a fallback goes on there, and asks nobody again', async () => {
    const other = deployment('claude2', { group: 'quality', order: 2 });
    const settings = config([two[0]!, { ...claude, order: 1 }, other, llama], {
      fallbacks: { chat: ['quality', 'local'] },
      router: { numRetries: 0, ...groups({ onStreamFailure: 'continue' }) },
    });
    const dead = { endMs: 5, outcome: failure('upstream_error') };
    const breaks = { headMs: 5, endMs: 20, outcome: broken };
    const stage = new TimedStage(settings, { d1: dead, claude: breaks, claude2: dead });
    expect(await stage.route({ stream: true })).toMatchObject({ delivered: true, error: null });
    expect(stage.asked).toEqual(['d1', 'claude', 'claude2', 'llama']);
  });

  it('ends in its own error when nobody can go on', async () => {
    const dead = { endMs: 5, outcome: failure('upstream_error') };
    const stage = new TimedStage(going(), {
      d1: { headMs: 5, endMs: 20, outcome: broken },
      d2: dead,
      claude: dead,
    });
    expect(await stage.route({ stream: true })).toMatchObject({ code: 'upstream_stream_broken' });
  });

  it('is not even kept in mind unless the config says so', async () => {
    const stage = new TimedStage(going({}), {});
    await stage.route({ stream: true });
    const whole = new TimedStage(going(), {});
    await whole.route({ stream: false });
    const sure = new TimedStage(going(), {});
    await sure.route({ stream: true, deterministic: true });
    for (const { attempts } of [stage, whole, sure]) expect(attempts[0]?.resumable).toBe(false);
  });
});

describe('an explanation without a call', () => {
  it('is what a call would come to, and sends nothing', async () => {
    const stage = new TimedStage(config([...two, claude], { fallbacks: { chat: ['quality'] } }), {});
    await stage.state.openCircuit('d1', START + 60_000);
    const { steps } = stage.assembly.router.explain(header({ id: 'dry', startedAt: START }));
    expect(steps).toMatchObject([
      { step: 'resolved', group: 'chat' },
      { step: 'picked', deploymentId: 'd2', dropped: [{ deploymentId: 'd1', reason: expect.any(String) }] },
      { step: 'fell-back', group: 'quality' },
    ]);
    expect(stage.asked).toEqual([]);
    expect(stage.assembly.decisions.find('dry')).toBeUndefined();
  });
});

describe('retries', () => {
  it('are as many as the team of the key has, and so is their time', async () => {
    const router = { numRetries: 3, teams: new Map([['t', { numRetries: 1, timeoutMs: 1_234 }]]) };
    const dead = { endMs: 5, outcome: failure('upstream_error') };
    const stage = new TimedStage(config(two, { router }), { d1: dead, d2: dead });
    await stage.route({ principal: { ...header().principal, teamId: 't' } });
    expect(stage.attempts.map(({ clocks }) => clocks.totalMs)).toEqual([1_234, 1_234]);
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
