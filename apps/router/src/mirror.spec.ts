import { setLogLevel } from '@tollgate/observability';
import { config, delivered, deployment, failure } from './_fixtures.js';
import { claude } from './_scenes.js';
import { TimedStage } from './_timed-stage.js';

beforeAll(() => setLogLevel('silent'));

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
