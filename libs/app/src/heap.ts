/**
 * How V8 keeps the memory of a process. Every process imports this first of all: a limit that was reckoned before it, while modules
 * were loaded, would hold until the heap has grown fourfold.
 */
import { setFlagsFromString } from 'node:v8';

/**
 * Percent by which old objects may grow before they are looked through again. Left alone V8 lets a heap of 30 to 80 MB grow to four
 * times that; to look earlier costs next to nothing.
 */
const GROWTH = { distributed: 30, embedded: 90 };

const setGrowth = (percent: number): void => setFlagsFromString(`--heap-growing-percent=${String(percent)}`);

setGrowth(GROWTH.distributed);

/**
 * Every object begins among the young. V8 makes objects old at birth when others of their line of code have lived for long: an
 * event that waits for the ledger, say. What such an object leads to, its whole call, is then kept until the next full collection,
 * though it was over long ago; copying it made a fifth of the work of a busy gateway.
 */
setFlagsFromString('--no-allocation-site-pretenuring');

/** For the one process that has all in it: its heap is larger, and to look through it is dearer. */
export function letHeapGrow(): void {
  setGrowth(GROWTH.embedded);
}
