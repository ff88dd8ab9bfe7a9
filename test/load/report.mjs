// From measurements to one table of ratios, and to the bars that the project set itself.

/** Element in the middle: rounds that somebody else's work disturbed do not count. */
const median = (values) => {
  const known = values.filter((value) => value !== null).sort((left, right) => left - right);
  return known[Math.floor((known.length - 1) / 2)] ?? null;
};

/** One entry per target and cell, from those of all rounds. */
export function summarize(measurements) {
  const groups = new Map();
  for (const entry of measurements) {
    const key = `${entry.target} ${entry.kind} ${entry.concurrency}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()].map((entries) => ({
    target: entries[0].target,
    kind: entries[0].kind,
    concurrency: entries[0].concurrency,
    perSecond: median(entries.map(({ perSecond }) => perSecond)),
    p50: median(entries.map(({ p50 }) => p50)),
    p99: median(entries.map(({ p99 }) => p99)),
    failures: entries.reduce((sum, { failures }) => sum + failures, 0),
    firstFailure: entries.find(({ firstFailure }) => firstFailure)?.firstFailure,
  }));
}

const find = (cells, target, { kind, concurrency }) =>
  cells.find((cell) => cell.target === target && cell.kind === kind && cell.concurrency === concurrency);

const ratio = (value, base) => (base ? value / base : null);
const difference = (value, base) => (base == null || value == null ? null : value - base);

/** Ratios to the bare proxy and to Portkey, latency added over the direct upstream (milliseconds). */
export function compare(cells) {
  return cells.map((cell) => {
    const [direct, bare, portkey] = ['direct', 'bare', 'portkey'].map((name) => find(cells, name, cell));
    return {
      ...cell,
      toBare: ratio(cell.perSecond, bare?.perSecond),
      toPortkey: ratio(cell.perSecond, portkey?.perSecond),
      addedP50: difference(cell.p50, direct?.p50),
      addedP99: difference(cell.p99, direct?.p99),
      overBareP50: difference(cell.p50, bare?.p50),
    };
  });
}

const number = (value, digits) => (value == null ? '-' : value.toFixed(digits));

/** The table that is printed. */
export function table(rows) {
  const head = ['', 'c', 'target', 'req/s', 'of bare', 'x Portkey', 'p50 +ms', 'p99 +ms', 'failures'];
  const lines = rows.map((row) => [
    ...[row.kind, String(row.concurrency), row.target, number(row.perSecond, 0)],
    ...[number(row.toBare, 2), number(row.toPortkey, 1), number(row.addedP50, 2), number(row.addedP99, 2)],
    row.failures === 0 ? '' : `${row.failures} (${row.firstFailure})`,
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...lines].map((line) => line[at].length)));
  const print = (line) =>
    line.map((text, at) => (at < 3 ? text.padEnd(widths[at]) : text.padStart(widths[at]))).join('  ');
  return [head, ...lines].map((line) => print(line).trimEnd()).join('\n');
}

const BARS = [
  { text: 'embedded JSON c=32, of bare', at: ['embedded', 32], of: 'toBare', least: 0.5 },
  { text: 'embedded JSON c=32, times Portkey', at: ['embedded', 32], of: 'toPortkey', least: 5 },
  { text: 'distributed JSON c=32, of bare', at: ['distributed', 32], of: 'toBare', least: 0.25 },
  { text: 'embedded JSON c=1, p50 ms over bare', at: ['embedded', 1], of: 'overBareP50', most: 0.5 },
  { text: 'distributed JSON c=1, p50 ms over bare', at: ['distributed', 1], of: 'overBareP50', most: 1.5 },
];

/** Whether each bar was met; bars that were not measured are left out. */
export function judge(rows) {
  return BARS.flatMap(({ text, at: [target, concurrency], of, least, most }) => {
    const value = find(rows, target, { kind: 'json', concurrency })?.[of];
    if (value == null) return [];
    const met = least === undefined ? value <= most : value >= least;
    return [
      { bar: text, value, wanted: least ?? most, sense: least === undefined ? 'at most' : 'at least', met },
    ];
  });
}

/** A call's time in the router alone. */
export const printRouter = (rows) =>
  [
    'router alone, 1,000 groups of 100 deployments, ms a call',
    ...rows.map(
      ({ strategy, p50, p99 }) => `${strategy.padEnd(24)} p50 ${p50.toFixed(3)}  p99 ${p99.toFixed(3)}`,
    ),
  ].join('\n');

const MOST_ROUTER_MS = 0.2;

export const judgeRouter = (rows) =>
  rows.map(({ strategy, p50 }) => ({
    bar: `router p50 ms, ${strategy}, 1,000 groups of 100`,
    value: p50,
    wanted: MOST_ROUTER_MS,
    sense: 'at most',
    met: p50 <= MOST_ROUTER_MS,
  }));

/** A call's admission alone. */
export const printAdmission = (rows) =>
  [
    'admission alone, every scope with three rate limits and a budget, ms a call',
    ...rows.map(
      ({ where, scopes, p50, p99 }) =>
        `${`${where}, ${scopes} ${scopes === 1 ? 'scope' : 'scopes'}`.padEnd(24)} p50 ${p50.toFixed(4)}  p99 ${p99.toFixed(4)}`,
    ),
  ].join('\n');

const MOST_ADMISSION_MS = { embedded: 0.05, distributed: 0.3 };

export const judgeAdmission = (rows) =>
  rows.map(({ where, scopes, p50 }) => ({
    bar: `admission p50 ms, ${where}, ${scopes} ${scopes === 1 ? 'scope' : 'scopes'}`,
    value: p50,
    wanted: MOST_ADMISSION_MS[where],
    sense: 'at most',
    met: p50 <= MOST_ADMISSION_MS[where],
  }));
