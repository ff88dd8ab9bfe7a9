/** Buckets grow by a tenth: a quantile is at most so much too high. */
const GROWTH = Math.log(1.1);
const BUCKETS = 160;
/** From so many answers on, older ones count half. */
const HALVE_AT = 2_000;
/** Below so many answers nothing is known. */
const ENOUGH = 20;
const QUANTILE = 0.99;

/** Counts of one kind, in buckets of growing width. */
class Sketch {
  private readonly buckets = new Float64Array(BUCKETS);
  private total = 0;

  add(value: number): void {
    const bucket = value <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(value) / GROWTH));
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.total += 1;
    if (this.total >= HALVE_AT) this.halve();
  }

  /** A value that 99 of 100 do not exceed; null: too few are known. */
  quantile(): number | null {
    if (this.total < ENOUGH) return null;
    let left = this.total * (1 - QUANTILE);
    for (let bucket = BUCKETS - 1; bucket > 0; bucket -= 1) {
      left -= this.buckets[bucket] ?? 0;
      if (left < 0) return Math.exp(bucket * GROWTH);
    }
    return 1;
  }

  private halve(): void {
    for (let bucket = 0; bucket < BUCKETS; bucket += 1)
      this.buckets[bucket] = (this.buckets[bucket] ?? 0) / 2;
    this.total /= 2;
  }
}

interface Learned {
  readonly output: Sketch;
  /** Prompt tokens that were billed for 100 that were estimated. */
  readonly input: Sketch;
}

const MOST_NAMES = 1_000;

/** What calls for a model use, from those that ended: how much is reserved for the next ones. */
export class LearnedUse {
  private readonly byModel = new Map<string, Learned>();

  learn(model: string, use: { estimated: number; prompt: number; completion: number }): void {
    let learned = this.byModel.get(model);
    if (learned === undefined) {
      if (this.byModel.size >= MOST_NAMES) this.byModel.clear();
      learned = { output: new Sketch(), input: new Sketch() };
      this.byModel.set(model, learned);
    }
    learned.output.add(use.completion);
    if (use.estimated > 0) learned.input.add((100 * use.prompt) / use.estimated);
  }

  /** Tokens that 99 of 100 answers do not exceed; null: too few are known. */
  likelyOutput(model: string): number | null {
    return this.byModel.get(model)?.output.quantile() ?? null;
  }

  /** What an estimate of a prompt has to be multiplied with so that 99 of 100 cost no more; at least 1. */
  inputFactor(model: string): number {
    return Math.max(1, (this.byModel.get(model)?.input.quantile() ?? 100) / 100);
  }
}
