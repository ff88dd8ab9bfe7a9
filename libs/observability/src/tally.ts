import type { Counter } from 'prom-client';

/** Labels that begin with the same values, and the count of those that end here. */
class Branch {
  count = 0;
  readonly branches = new Map<string, Branch>();
}

/**
 * A counter for what every call passes. prom-client writes all labels out for each count; here that waits until the metrics
 * are read.
 */
export class Tally {
  private readonly root = new Branch();

  /** `labels`: their values, in the order in which they were declared. */
  add(count: number, ...labels: readonly string[]): void {
    let branch = this.root;
    for (const label of labels) {
      let next = branch.branches.get(label);
      if (next === undefined) branch.branches.set(label, (next = new Branch()));
      branch = next;
    }
    branch.count += count;
  }

  /** Tells what was counted since the last time. */
  tell(counter: Counter): void {
    tellOf(this.root, [], counter);
  }
}

function tellOf({ branches }: Branch, labels: readonly string[], counter: Counter): void {
  for (const [label, branch] of branches) {
    const own = [...labels, label];
    if (branch.branches.size > 0) tellOf(branch, own, counter);
    else counter.labels(...own).inc(branch.count);
    branch.count = 0;
  }
}
