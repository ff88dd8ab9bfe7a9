import fc from 'fast-check';
import { BoundedMap, SlotMap, SlotSet, type SlotMember } from './index.js';

const steps = fc.array(
  fc.record({ does: fc.constantFrom('add', 'delete', 'clear'), key: fc.integer({ min: 0, max: 8 }) }),
  { maxLength: 200 },
);

describe('SlotMap', () => {
  it('holds what a Map holds', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const slots = new SlotMap<number, { step: number }>();
        const map = new Map<number, { step: number }>();
        for (const [step, { does, key }] of all.entries()) {
          if (does === 'add') {
            slots.set(key, { step });
            map.set(key, { step });
          } else if (does === 'delete') expect(slots.delete(key)).toBe(map.delete(key));
          else if (step % 10 === 0) {
            slots.clear();
            map.clear();
          }
          expect(slots.size).toBe(map.size);
          expect(slots.get(key)).toEqual(map.get(key));
        }
        expect(new Map(slots)).toEqual(map);
        expect(new Set(slots.values())).toEqual(new Set(map.values()));
      }),
    );
  });

  it('may be emptied while it is gone through', () => {
    const slots = new SlotMap<string, object>();
    for (const key of ['a', 'b', 'c']) slots.set(key, {});
    for (const [key] of slots) slots.delete(key);
    expect(slots.size).toBe(0);
  });
});

describe('SlotSet', () => {
  it('holds what a Set holds', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const members = Array.from({ length: 9 }, (): SlotMember => ({}));
        const slots = new SlotSet();
        const set = new Set<SlotMember>();
        for (const { does, key } of all) {
          const member = members[key] ?? {};
          if (does === 'add') {
            slots.add(member);
            set.add(member);
          } else expect(slots.delete(member)).toBe(set.delete(member));
          expect(slots.size).toBe(set.size);
        }
        expect(new Set(slots.values())).toEqual(set);
      }),
    );
  });
});

describe('BoundedMap', () => {
  it('keeps what was used last: so much at least, twice as much at most', () => {
    const map = new BoundedMap<number, number>(100);
    for (let key = 0; key < 1_000; key += 1) map.set(key, key);
    expect(map.size).toBeLessThanOrEqual(200);
    for (let key = 900; key < 1_000; key += 1) expect(map.get(key)).toBe(key);
    expect(map.get(799)).toBeUndefined();
  });

  it('keeps what is asked for again and again', () => {
    const map = new BoundedMap<string, number>(100);
    map.set('asked for', 1);
    for (let key = 0; key < 1_000; key += 1) {
      map.set(String(key), key);
      expect(map.get('asked for')).toBe(1);
    }
  });

  it('has the last value, and none once it is deleted', () => {
    const map = new BoundedMap<string, number>(1);
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    expect(map.get('a')).toBe(3);
    map.delete('a');
    map.delete('b');
    expect([map.get('a'), map.get('b')]).toEqual([undefined, undefined]);
    map.set('c', 4);
    map.clear();
    expect(map.size).toBe(0);
  });
});
