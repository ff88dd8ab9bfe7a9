import { setFlagsFromString } from 'node:v8';

/** Percent by which old objects may grow before they are looked through again. */
const GROWTH = { small: 30, embedded: 60 };

/**
 * Keeps the memory of a process small. Left alone V8 lets a heap of 30 to 80 MB grow to four times that before it collects what has
 * grown old; to collect earlier costs next to nothing.
 */
export function keepHeapSmall(process: keyof typeof GROWTH): void {
  setFlagsFromString(`--heap-growing-percent=${String(GROWTH[process])}`);
}

/**
 * Every object begins among the young. V8 makes objects old at birth when others of their line of code have lived for long: an
 * event that waits for the ledger, say. What such an object leads to, its whole call, is then kept until the next full collection,
 * though it was over long ago; copying it made a fifth of the work of a busy gateway.
 */
export function beginAllObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
