import { setLogLevel } from '@tollgate/observability';
import { START, config, deployment } from './_fixtures.js';
import { two } from './_scenes.js';
import { TimedStage } from './_timed-stage.js';

beforeAll(() => setLogLevel('silent'));

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
