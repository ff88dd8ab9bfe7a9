import type { RouterSettings } from '@tollgate/config';
import type { CallHeader, GatewayError } from '@tollgate/contracts';
import type { State } from '@tollgate/state';
import { cooldownFor, isDeploymentFault, type MinuteCount } from './cooldown.js';
import { cooldownNotShared, deploymentCooled } from './events.js';
import type { Candidate } from './group.js';

const MINUTE_MS = 60_000;

interface Count {
  minute: number;
  calls: number;
  failures: number;
}

/** Learns from outcomes and takes failing deployments out, on every replica. Counts are this replica's own. */
export class DeploymentHealth {
  private readonly counts = new Map<string, Count>();

  constructor(
    private readonly state: State,
    private readonly router: RouterSettings,
    private readonly now: () => number,
  ) {}

  succeeded({ deployment }: Candidate): void {
    this.count(deployment.id, false);
  }

  /** Tells until when the deployment is out (epoch ms), or null when it stays. */
  failed(candidate: Candidate, error: GatewayError, header: CallHeader): number | null {
    if (!isDeploymentFault(error, header)) return null;
    const { id } = candidate.deployment;
    const count = this.count(id, true);
    const cooldown = cooldownFor(error, candidate, { count, router: this.router });
    if (cooldown === null) return null;
    const until = this.now() + cooldown.milliseconds;
    // Nobody waits for the other replicas; this one knows at once.
    this.state.cool(id, until).catch((cause: unknown) => cooldownNotShared(id, cause));
    deploymentCooled(candidate, { ...cooldown, code: error.code });
    return until;
  }

  private count(deploymentId: string, isFailure: boolean): MinuteCount {
    const minute = Math.floor(this.now() / MINUTE_MS);
    let count = this.counts.get(deploymentId);
    if (count === undefined) this.counts.set(deploymentId, (count = { minute, calls: 0, failures: 0 }));
    if (count.minute !== minute) Object.assign(count, { minute, calls: 0, failures: 0 });
    count.calls += 1;
    if (isFailure) count.failures += 1;
    return count;
  }
}
