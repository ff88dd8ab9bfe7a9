/** The deployments that are out, as this process knows them. Looking is free while nothing ran out. */
export class CoolingView {
  private readonly until = new Map<string, number>();
  private earliest = Number.POSITIVE_INFINITY;

  constructor(private readonly now: () => number) {}

  /** A later deadline wins, an earlier one never shortens, a past one is ignored. */
  add(deploymentId: string, until: number): void {
    if (!(until > Math.max(this.now(), this.until.get(deploymentId) ?? 0))) return;
    this.until.set(deploymentId, until);
    this.earliest = Math.min(this.earliest, until);
  }

  /** By id, with the time of return (epoch ms). The same map every time: do not keep it. */
  current(): ReadonlyMap<string, number> {
    if (this.until.size > 0 && this.now() >= this.earliest) this.prune();
    return this.until;
  }

  private prune(): void {
    const now = this.now();
    this.earliest = Number.POSITIVE_INFINITY;
    for (const [deploymentId, until] of this.until) {
      if (until <= now) this.until.delete(deploymentId);
      else this.earliest = Math.min(this.earliest, until);
    }
  }
}
