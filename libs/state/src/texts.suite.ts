import type { TextState } from './texts.js';

export interface TextsUnderTest {
  /** Empty ones that hold `maxTextBytes` in all. */
  open(maxTextBytes: number): Promise<TextState>;
}

const LIFE_MS = 60_000;

/** What every adapter of `TextState` must do. */
export function describeTexts({ open }: TextsUnderTest): void {
  describe('texts', () => {
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
}
