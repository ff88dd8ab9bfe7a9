import { until } from './_until.js';
import type { State } from './state.js';
import type { TextState } from './texts.js';

export interface TextsUnderTest {
  /** Empty ones that hold `maxTextBytes` in all. */
  open(maxTextBytes: number): Promise<State>;
}

const LIFE_MS = 60_000;

/** What every adapter of `TextState` and `TextCache` must do. */
export function describeTexts({ open: openState }: TextsUnderTest): void {
  describe.each(['texts', 'cached texts'])('%s', (kind) => {
    const open = async (maxTextBytes: number): Promise<TextState> => {
      const state = await openState(maxTextBytes);
      return kind === 'texts' ? state : state.cache;
    };

    it('are kept, replaced and dropped', async () => {
      const texts = await open(100);
      expect(await texts.findText('a')).toBeNull();
      await texts.keepText('a', 'one', LIFE_MS);
      await texts.keepText('a', 'zwei: é', LIFE_MS);
      expect(await texts.findText('a')).toBe('zwei: é');
      expect([await texts.dropText('a'), await texts.dropText('a')]).toEqual([true, false]);
      expect(await texts.findText('a')).toBeNull();
    });

    it('make room for the next, those that end first going first', async () => {
      const texts = await open(10);
      await texts.keepText('late', 'llll', 3 * LIFE_MS);
      await texts.keepText('early', 'eeee', LIFE_MS);
      await texts.keepText('next', 'nnnn', 2 * LIFE_MS);
      const found = async (...names: string[]) => Promise.all(names.map((name) => texts.findText(name)));
      expect(await found('late', 'early', 'next')).toEqual(['llll', null, 'nnnn']);
      await texts.dropText('late');
      await texts.keepText('more', 'mmmmmm', LIFE_MS);
      expect(await found('next', 'more')).toEqual(['nnnn', 'mmmmmm']);
      await texts.keepText('huge', 'h'.repeat(11), 9 * LIFE_MS);
      expect(await found('next', 'more', 'huge')).toEqual([null, null, null]);
    });
  });
  describe('cached texts', () => {
    it('are flushed by how their names begin, and leave other texts alone', async () => {
      const state = await openState(1_000_000);
      const { cache } = state;
      await state.keepText('a:1', 'text', LIFE_MS);
      const names = Array.from({ length: 700 }, (_, index) => `a:${String(index)}`);
      await Promise.all([...names, 'b:1', 'ab'].map((name) => cache.keepText(name, 'cached', LIFE_MS)));
      expect(await cache.describeTexts()).toMatchObject({ texts: 702, bytes: 702 * 6 });
      expect(await cache.flushTexts('a:')).toBe(700);
      expect(await cache.describeTexts()).toMatchObject({ texts: 2, bytes: 12 });
      expect([await cache.findText('a:1'), await cache.findText('b:1')]).toEqual([null, 'cached']);
      expect(await state.findText('a:1')).toBe('text');
      expect([await cache.flushTexts(''), await cache.flushTexts('')]).toEqual([2, 0]);
    });

    it('are listed in the order in which they were added, the last of them, step by step', async () => {
      const { cache } = await openState(1_000_000);
      expect(await cache.textsAfter('list', 0, 9)).toEqual({ last: 0, place: 0, texts: [] });
      const options = { ttlMs: LIFE_MS, most: 3 };
      for (const text of ['a', 'b', 'c', 'd', 'e']) await cache.appendText('list', text, options);
      await cache.appendText('other', 'x', options);
      expect(await cache.textsAfter('list', 0, 3)).toEqual({ last: 5, place: 3, texts: ['c'] });
      expect(await cache.textsAfter('list', 3, 3)).toEqual({ last: 5, place: 5, texts: ['d', 'e'] });
      expect(await cache.textsAfter('list', 5, 3)).toEqual({ last: 5, place: 5, texts: [] });
      await cache.flushTexts('list');
      await cache.appendText('list', 'f', options);
      expect(await cache.textsAfter('list', 3, 9)).toEqual({ last: 6, place: 6, texts: ['f'] });
    });

    it('are listed from the beginning when nobody remembers the list', async () => {
      const { cache } = await openState(1_000_000);
      const options = { ttlMs: 50, most: 3 };
      for (const text of ['a', 'b']) await cache.appendText('list', text, options);
      const again = async () => (await cache.textsAfter('list', 2, 9)).last;
      await until(async () => (await again()) === 0);
      await cache.appendText('list', 'c', options);
      expect(await again()).toBe(1);
    });
  });
}
