import { setLogLevel } from '@tollgate/observability';
import { START, config, deployment, failure, header, keyFor } from '../_fixtures.js';
import { chains, claude, llama, refused, tooLong, two } from '../_scenes.js';
import { TimedStage } from '../_timed-stage.js';

beforeAll(() => setLogLevel('silent'));

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
