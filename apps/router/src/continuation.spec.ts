import type { GroupSettings } from '@tollgate/config';
import { NO_USAGE, type Outcome } from '@tollgate/contracts';
import { setLogLevel } from '@tollgate/observability';
import { config, deployment, failure } from './_fixtures.js';
import { claude, groups, llama, two } from './_scenes.js';
import { TimedStage } from './_timed-stage.js';

beforeAll(() => setLogLevel('silent'));

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
