import { CircuitTable, FORGET_MS } from './circuit-table.js';

const START = 1_700_000_000_000;
const IDS = ['one', 'two', 'three'];

/** Numbers in [0, 1), the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe.each(Array.from({ length: 12 }, (_, seed) => seed))('circuits, seed %i', (seed) => {
  const random = seeded(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const anyOf = <Item>(items: readonly Item[]): Item => items[below(items.length)]!;

  it('of one process keep their promises', () => {
    let clock = START;
    const table = new CircuitTable(() => clock);
    const latest = new Map<string, number>();
    const closed = new Map<string, number>();
    const leases = new Map<string, { until: number; end: number }>();
    for (let step = 0; step < 800; step++) {
      const id = anyOf(IDS);
      const known = table.current().get(id);
      const action = below(6);
      if (action === 0) {
        const deadline = clock + below(4_000) - 500;
        const opened = table.open(id, deadline);
        // A later deadline wins, an earlier one never shortens.
        expect(opened).toBe(deadline > Math.max(clock, latest.get(id) ?? 0, closed.get(id) ?? 0));
        if (opened) latest.set(id, deadline);
      } else if (action === 1) {
        const seen = (latest.get(id) ?? clock) - below(2) * below(1_000);
        table.close(id, seen);
        closed.set(id, Math.max(closed.get(id) ?? 0, seen));
        if (seen < (latest.get(id) ?? 0)) expect(table.current().get(id)?.until).toBe(known?.until);
      } else if (action <= 3) {
        const lease = leases.get(id);
        const isTaken = lease !== undefined && lease.end > clock && lease.until === known?.until;
        const isHalfOpen = known !== undefined && known.until <= clock;
        const claimed = table.claim(id, 1_000);
        // Never two probes at once, never one for a circuit that is open or closed.
        expect(claimed).toBe(isHalfOpen && !isTaken);
        if (claimed) leases.set(id, { until: known!.until, end: clock + 1_000 });
      } else if (action === 4) {
        table.release(id);
        leases.delete(id);
      } else {
        clock += below(20) === 0 ? FORGET_MS : below(1_500);
      }
      for (const name of IDS) {
        const until = latest.get(name) ?? 0;
        const isKnown = until > (closed.get(name) ?? 0) && until + FORGET_MS > clock;
        expect(table.current().has(name)).toBe(isKnown);
        if (isKnown) expect(table.current().get(name)?.until).toBe(until);
        else if (until + FORGET_MS <= clock) latest.delete(name);
      }
    }
  });

  it('of several processes end alike, in whatever order and however often they tell each other', () => {
    let clock = START;
    const tables = Array.from({ length: 3 }, () => new CircuitTable(() => clock));
    const tell = (from: CircuitTable, to: CircuitTable, id: string): void => to.join(id, from.recordOf(id));
    for (let step = 0; step < 300; step++) {
      const [id, table] = [anyOf(IDS), anyOf(tables)];
      const action = below(5);
      if (action === 0) table.open(id, clock + below(4_000));
      else if (action === 1) table.close(id, table.recordOf(id).until);
      else if (action === 2) table.claim(id, 1_000);
      else if (action === 3) tell(table, anyOf(tables), id);
      else clock += below(500);
    }
    const everywhere = [...tables, ...tables].flatMap((from) =>
      tables.flatMap((to) => IDS.map((id) => ({ from, to, id }))),
    );
    for (let round = 0; round < 2; round++) {
      for (const { from, to, id } of everywhere.toSorted(() => random() - 0.5)) tell(from, to, id);
    }
    const views = tables.map((table) =>
      IDS.map((id) => {
        const { until, opens } = table.current().get(id) ?? {};
        return { until, opens };
      }),
    );
    expect(views[1]).toEqual(views[0]);
    expect(views[2]).toEqual(views[0]);
  });
});

it('nothing leaks: what was closed or forgotten leaves no trace', () => {
  let clock = START;
  const table = new CircuitTable(() => clock);
  for (let n = 0; n < 1_000; n++) {
    table.open(`d${n}`, clock + 1_000);
    if (n % 2 === 0) table.close(`d${n}`, clock + 1_000);
  }
  expect(table.ids()).toHaveLength(1_000);
  clock += 1_000 + FORGET_MS;
  expect(table.current().size).toBe(0);
  expect(table.ids()).toEqual([]);
});
