import { completionTokens, promptTokens, type Outcome } from '@tollgate/contracts';
import { NO_STATS, type DeploymentStats } from '../routing-view.js';
import { DeploymentTally, type ReportRow } from './deployment-tally.js';

/** Samples count for an hour, as LiteLLM's do, and a deployment that had no call for so long is forgotten. */
const TTL_MS = 3_600_000;
/** What another replica said about its calls in flight holds for so long. */
const PEER_TTL_MS = 3_000;
const SWEEP_MS = 60_000;

/** How a call ended. */
export interface Ended {
  readonly outcome: Pick<Outcome, 'delivered' | 'error' | 'latencyMs' | 'firstTokenMs' | 'usage'>;
  /** By the deployment's fault: see `isDeploymentFault`. */
  readonly isFault: boolean;
  /** What `started` was told. */
  readonly tokens: number;
}

interface PeerCalls {
  inFlight: number;
  /** Epoch ms at which the peer last said so. */
  heardAt: number;
}

export interface StatsBookOptions {
  /** Epoch ms. */
  readonly now: () => number;
  /** How long a latency counts, in ms. Default an hour. */
  readonly ttlMs?: () => number;
}

/**
 * What is known of the calls of each deployment, on all replicas together. A call costs a few additions; memory is bounded by
 * the deployments that had a call in the last hour.
 */
export class DeploymentStatsBook {
  private readonly tallies = new Map<string, DeploymentTally>();
  /** Those that have something to report. */
  private readonly changed = new Set<DeploymentTally>();
  /** Those with calls in flight from here. */
  private readonly busy = new Set<DeploymentTally>();
  /** Replica → deployment id. Nothing is kept of a deployment without calls in flight. */
  private readonly peers = new Map<string, Map<string, PeerCalls>>();
  private nextSweepAt = 0;

  constructor(private readonly options: StatsBookOptions) {}

  /** The same object every time, with other numbers: read it and let it go. */
  stats(deploymentId: string): DeploymentStats {
    const tally = this.tallies.get(deploymentId);
    return tally === undefined ? NO_STATS : this.refreshed(tally);
  }

  /** A call goes out. `tokens`: of its prompt, estimated. */
  started(deploymentId: string, tokens: number): void {
    const tally = this.tallyOf(deploymentId);
    tally.started(tokens);
    this.busy.add(tally);
    this.changed.add(tally);
  }

  /**
   * A call is over: the true tokens, where they are known, replace the estimate (in the present minute, should the call have
   * begun in an earlier one). A call that succeeded is a sample of latency.
   */
  ended(deploymentId: string, { outcome, isFault, tokens }: Ended): void {
    const tally = this.tallyOf(deploymentId);
    const { delivered, error, latencyMs, firstTokenMs, usage } = outcome;
    const outputTokens = usage === null ? 0 : completionTokens(usage);
    const isSample = delivered && error === null;
    tally.ended({
      tokens: usage === null ? 0 : promptTokens(usage) + outputTokens - tokens,
      isFault,
      sample: isSample ? { latencyMs, firstTokenMs, outputTokens } : null,
    });
    if (tally.ownInFlight === 0) this.busy.delete(tally);
    this.changed.add(tally);
  }

  /** There is something else to tell of a deployment: it gets a row in the next report. */
  mention(deploymentId: string): void {
    this.changed.add(this.tallyOf(deploymentId));
  }

  /**
   * What this replica has to tell the others since it was last asked; with `all` also where calls are still in flight without
   * any change, so that the others go on believing it.
   */
  take({ all }: { readonly all: boolean }): ReportRow[] {
    if (all) for (const tally of this.busy) this.changed.add(tally);
    const rows = Array.from(this.changed, (tally) => tally.report());
    this.changed.clear();
    return rows;
  }

  /** What another replica has told. */
  apply(replica: string, rows: readonly ReportRow[]): void {
    let calls = this.peers.get(replica);
    if (calls === undefined) this.peers.set(replica, (calls = new Map<string, PeerCalls>()));
    for (const row of rows) {
      const tally = this.tallyOf(row.id);
      tally.apply(row);
      tally.othersInFlight += row.inFlight - (calls.get(row.id)?.inFlight ?? 0);
      if (row.inFlight === 0) calls.delete(row.id);
      else calls.set(row.id, { inFlight: row.inFlight, heardAt: this.options.now() });
    }
  }

  /** Forgets calls in flight of replicas that fell silent, and deployments that had no call for long. To be called now and then. */
  expire(): void {
    const now = this.options.now();
    for (const [replica, calls] of this.peers) {
      for (const [id, { inFlight, heardAt }] of calls) {
        if (heardAt + PEER_TTL_MS > now) continue;
        calls.delete(id);
        const tally = this.tallies.get(id);
        if (tally !== undefined) tally.othersInFlight -= inFlight;
      }
      if (calls.size === 0) this.peers.delete(replica);
    }
    if (now >= this.nextSweepAt) this.sweep(now);
  }

  private sweep(now: number): void {
    this.nextSweepAt = now + SWEEP_MS;
    for (const [id, tally] of this.tallies) {
      const isIdle = tally.usedAt + TTL_MS <= now && tally.inFlight === 0 && !this.changed.has(tally);
      if (isIdle) this.tallies.delete(id);
    }
  }

  private tallyOf(deploymentId: string): DeploymentTally {
    const now = this.options.now();
    let tally = this.tallies.get(deploymentId);
    if (tally === undefined) this.tallies.set(deploymentId, (tally = new DeploymentTally(deploymentId, now)));
    tally.usedAt = now;
    return this.refreshed(tally);
  }

  private refreshed(tally: DeploymentTally): DeploymentTally {
    return tally.refresh(this.options.now(), this.options.ttlMs?.() ?? TTL_MS);
  }
}
