import { jest } from '@jest/globals';
import { MemoryState } from '@tollgate/state';
import { MOST_QUESTIONS, TenantIndex } from './tenant-index.js';
import { TenantIndexes } from './tenant-indexes.js';
import { cosine, textOfVector, vectorOf, vectorOfText } from './vectors.js';

const vector = (...numbers: number[]): Float32Array =>
  vectorOf({ data: [{ embedding: numbers }] }) ?? new Float32Array();
const question = (key: string, ...numbers: number[]) => ({
  ...{ key, scope: 's', text: `text of ${key}`, vector: vector(...numbers) },
});
const sought = (change: object = {}) => ({
  ...{ scope: 's', vector: vector(1, 0), threshold: 0.9, accepts: () => true },
  ...change,
});

let state: MemoryState;
beforeEach(() => {
  state = new MemoryState();
});
afterEach(() => state.close());

describe('the index of a tenant', () => {
  it('finds the likest question of all replicas, in its scope', async () => {
    const [one, other] = [new TenantIndex(state.cache, 'l'), new TenantIndex(state.cache, 'l')];
    await one.add(question('far', 0, 1), 60_000);
    await other.add(question('near', 1, 0.2), 60_000);
    await one.add(question('nearest', 1, 0.1), 60_000);
    await one.add({ ...question('elsewhere', 1, 0), scope: 'other' }, 60_000);
    await other.refresh();
    expect(other.nearest(sought())).toEqual({
      key: 'nearest',
      similarity: expect.closeTo(0.995, 3) as number,
    });
    expect(other.nearest(sought({ accepts: (text: string) => text === 'text of near' }))?.key).toBe('near');
    expect(other.nearest(sought({ threshold: 0.999 }))).toBeNull();
    expect(other.nearest(sought({ vector: vector(1, 0, 0) }))).toBeNull();
    other.forget('nearest');
    expect(other.nearest(sought())?.key).toBe('near');
  });

  it('has no question whose answer has gone', async () => {
    const index = new TenantIndex(state.cache, 'l');
    await index.add(question('gone', 1, 0), 60_000);
    await index.refresh();
    const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    expect(index.nearest(sought())).toBeNull();
    later.mockRestore();
    expect(index.nearest(sought())?.key).toBe('gone');
  });

  it('is bounded, and begins anew with its list', async () => {
    const [writer, reader] = [new TenantIndex(state.cache, 'l'), new TenantIndex(state.cache, 'l')];
    for (let count = 0; count < MOST_QUESTIONS + 150; count += 1)
      await writer.add(question(`q${String(count)}`, 1, count / 10_000), 60_000);
    await reader.refresh();
    expect(reader.size).toBe(MOST_QUESTIONS * 2);
    expect(reader.nearest(sought())?.key).toBe('q150');
    const empty = new MemoryState();
    Reflect.set(reader, 'cache', empty.cache);
    await new TenantIndex(empty.cache, 'l').add(question('new', 1, 0), 60_000);
    await reader.refresh();
    expect([reader.size, reader.nearest(sought())?.key]).toEqual([2, 'new']);
    await empty.close();
  });

  it('goes when others need the room', async () => {
    const indexes = new TenantIndexes(state.cache, 4);
    const [first] = [indexes.of('a'), indexes.of('b')];
    for (const list of ['a', 'b']) {
      await indexes.of(list).add(question(list, 1, 0), 60_000);
      await indexes.of(list).refresh();
    }
    expect(indexes.of('a')).toBe(first);
    await indexes.of('c').add(question('c', 1, 0), 60_000);
    await indexes.of('c').refresh();
    indexes.of('a');
    expect(indexes.of('a')).toBe(first);
    expect(indexes.of('b').size).toBe(0);
  });
});

describe('vectors', () => {
  it('have length 1, and are the same after they were text', () => {
    const unit = vector(3, 4);
    expect([...unit]).toEqual([expect.closeTo(0.6), expect.closeTo(0.8)]);
    expect([...vectorOfText(textOfVector(unit))]).toEqual([...unit]);
    expect(cosine(unit, vector(4, -3))).toBeCloseTo(0);
    for (const answer of [
      null,
      {},
      { data: [{ embedding: [] }] },
      { data: [{ embedding: [0, 0] }] },
      { data: [{ embedding: ['x'] }] },
    ])
      expect(vectorOf(answer)).toBeNull();
  });
});
