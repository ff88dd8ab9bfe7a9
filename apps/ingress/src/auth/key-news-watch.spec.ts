import type { Bus } from '@tollgate/bus';
import type { KeyCache } from './key-cache.js';
import type { ScopeCache } from './scope-cache.js';
import { KeyNewsWatch } from './key-news-watch.js';

describe('KeyNewsWatch', () => {
  it('distrusts the cache once after each absence from the bus', () => {
    let connected = true;
    let distrusted = 0;
    const watch = new KeyNewsWatch(
      { isConnected: () => connected } as Bus,
      { distrust: () => (distrusted += 1) } as unknown as KeyCache,
      { distrust: () => undefined } as unknown as ScopeCache,
    );
    const seen = [true, false, false, true, true].map((state) => {
      connected = state;
      watch.look();
      return distrusted;
    });
    expect(seen).toEqual([0, 0, 0, 1, 1]);
  });
});
