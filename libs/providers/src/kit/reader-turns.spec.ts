import { readerTurns } from './reader-turns.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('readerTurns', () => {
  it('lets readers go on in their order, and others in between when they are many', async () => {
    const order: number[] = [];
    let turns = 0;
    for (let reader = 0; reader < 3_000; reader += 1) readerTurns.add({ takeTurn: () => order.push(reader) });
    while (order.length < 3_000) {
      const before = order.length;
      await turn();
      turns += 1;
      expect(order.length - before).toBeLessThanOrEqual(3_000 - before > 64 ? 6 : 16);
      expect(readerTurns.areMany).toBe(3_000 - order.length > 16);
    }
    expect(order).toEqual(Array.from({ length: 3_000 }, (_, reader) => reader));
    expect(turns).toBeLessThan(500);
  });

  it('serves who comes while others are served, in a later turn', async () => {
    const order: string[] = [];
    readerTurns.add({
      takeTurn: () => {
        order.push('first');
        readerTurns.add({ takeTurn: () => order.push('again') });
      },
    });
    await turn();
    expect(order).toEqual(['first']);
    await turn();
    expect(order).toEqual(['first', 'again']);
  });
});
