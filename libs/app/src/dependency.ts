/** An answer holds for so long. */
const FRESH_MS = 1_000;

/** Silent for longer is away. A probe of Kubernetes gives up after a second. */
const PATIENCE_MS = 700;

/** Something outside of the process that it needs, and whether it is there: asked when somebody wants to know. */
export class Dependency {
  private isThere = true;
  private answeredAt = -Infinity;
  private askedAt = 0;
  private asking: Promise<void> | undefined;

  /** @param ask rejects while it is away. One question at a time: a silent one is not asked again. */
  constructor(
    readonly name: string,
    private readonly ask: () => Promise<unknown>,
  ) {}

  /** Never rejects, and takes a bounded time. */
  async isAway(): Promise<boolean> {
    if (performance.now() - this.answeredAt < FRESH_MS) return !this.isThere;
    this.asking ??= this.putQuestion();
    const hasAnswered = await within(this.asking, this.askedAt + PATIENCE_MS - performance.now());
    return !hasAnswered || !this.isThere;
  }

  private async putQuestion(): Promise<void> {
    this.askedAt = performance.now();
    this.isThere = await this.ask().then(
      () => true,
      () => false,
    );
    this.answeredAt = performance.now();
    this.asking = undefined;
  }
}

/** Whether a promise settles in time. */
async function within(promise: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  const isInTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return isInTime;
}
