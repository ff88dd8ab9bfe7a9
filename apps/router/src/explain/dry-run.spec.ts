import { setLogLevel } from '@tollgate/observability';
import { START, config, header } from '../_fixtures.js';
import { claude, two } from '../_scenes.js';
import { TimedStage } from '../_timed-stage.js';

beforeAll(() => setLogLevel('silent'));

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
