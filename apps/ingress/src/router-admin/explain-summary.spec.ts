import type { DecisionStep } from '@tollgate/contracts';
import { summaryOf } from './explain-summary.js';

const answered = { step: 'answered', at: 1, attempt: 2, deploymentId: 'one', latencyMs: 120.6 } as const;

describe('a step in plain words', () => {
  it.each<[string, DecisionStep]>([
    ['asked for fast', { step: 'resolved', at: 0, name: 'fast', group: 'fast' }],
    ['canary: goes to new', { step: 'canary', at: 0, arm: 'canary', to: 'new' }],
    ['canary: stays off new', { step: 'canary', at: 0, arm: 'baseline', to: 'new' }],
    [
      'one answered in 121 ms (first token after 40 ms)',
      { ...answered, delivered: true, code: null, firstTokenMs: 40.2 },
    ],
    [
      'attempt 2 on one failed after its answer had begun in 121 ms: upstream_stream_broken',
      { ...answered, delivered: true, code: 'upstream_stream_broken', firstTokenMs: 40 },
    ],
    ['circuit of one: closed', { step: 'circuit', at: 0, deploymentId: 'one', state: 'closed', until: null }],
    ['waited 250 ms: backoff', { step: 'waited', at: 0, milliseconds: 250, why: 'backoff' }],
    [
      'hedged after 800 ms: attempt 2 asks a second deployment',
      { step: 'hedged', at: 0, attempt: 2, afterMs: 800 },
    ],
    ['attempt 2 won the hedge', { step: 'hedge-won', at: 0, attempt: 2 }],
    [
      'the answer broke off after 12 characters: other goes on',
      { step: 'continued', at: 0, group: 'other', characters: 12 },
    ],
    ['mirrored to two of shadow', { step: 'mirrored', at: 0, group: 'shadow', deploymentId: 'two' }],
    [
      'no deployment of fast is left: all_cooling; one dropped: open',
      {
        step: 'none-left',
        at: 0,
        group: 'fast',
        code: 'all_cooling',
        dropped: [{ deploymentId: 'one', reason: 'open' }],
      },
    ],
    ['skipped other: not-allowed', { step: 'skipped', at: 0, group: 'other', reason: 'not-allowed' }],
    ['failed: all_cooling', { step: 'failed', at: 0, code: 'all_cooling' }],
  ])('%s', (words, step) => {
    expect(summaryOf(step)).toBe(words);
  });
});
