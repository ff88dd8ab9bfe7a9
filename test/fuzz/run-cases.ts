import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';

/** Of each of the suites: `CASES=100000 npm test -- test/fuzz` is the long run. */
const CASES = Number(process.env['CASES'] ?? 2_000) / 2;
const SEED = Number(process.env['SEED'] ?? 20_261_130);
const BATCH = 250;

/** Long enough for a machine that has other things to do. */
export const TIME_LIMIT_MS = 60_000 + CASES * 50;

/** What may be left more on the heap at the end of a long run than in the middle of it. */
const DRIFT_BYTES = 16 * 1024 * 1024;

/**
 * Runs a property on its share of all cases, in batches whose seeds follow on each other; fails with the smallest case that fails.
 * What the heap holds, with all garbage collected, is the same at the end as in the middle. `between` lets go of what a batch left.
 */
export async function runCases<Case>(
  cases: fc.Arbitrary<Case>,
  check: (each: Case) => Promise<void> | void,
  between: () => void = () => undefined,
): Promise<void> {
  const batches = Math.max(4, Math.ceil(CASES / BATCH));
  let middle = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    const property = fc.asyncProperty(cases, async (each) => {
      await check(each);
    });
    await fc.assert(property, { seed: SEED + batch, numRuns: BATCH });
    between();
    if (batch === Math.floor(batches / 2)) middle = heldBytes();
  }
  const drift = heldBytes() - middle;
  process.stdout.write(
    `${batches * BATCH} cases of seed ${SEED}; heap ${mebibytes(middle)} MiB in the middle, ${mebibytes(drift)} MiB more at the end\n`,
  );
  expect(drift).toBeLessThan(DRIFT_BYTES);
}

const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

/** The heap without its garbage. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
