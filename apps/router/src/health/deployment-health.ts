import type { RouterSettings } from '@tollgate/config';
import type { CallHeader, CircuitState, GatewayError } from '@tollgate/contracts';
import type { State } from '@tollgate/state';
import type { Candidate } from '../group.js';
import { CLOSED, type Circuit } from '../routing-view.js';
import { cooldownFor, isCounted } from './cooldown.js';
import { errorClassOf } from './error-class.js';
import { FailureCounts } from './failure-counts.js';
import { circuitNotShared, circuitOpened, probeEnded } from './health-events.js';

/** A probe that has not even a head after this long does not keep others from trying. */
const PROBE_LEASE_MS = 30_000;

const HALF_OPEN: Circuit = { state: 'half-open', until: null, probing: false };
const PROBED: Circuit = { ...HALF_OPEN, probing: true };

/** What became of a circuit. `until`: epoch ms, null unless open. */
export interface CircuitChange {
  readonly state: CircuitState;
  readonly until: number | null;
}

/** How an attempt ended. */
export interface Settled {
  /** As it was told to `enter`. */
  readonly attemptId: string;
  /** Null: it succeeded. */
  readonly error: GatewayError | null;
  readonly header: CallHeader;
}

interface Probe {
  readonly attemptId: string;
  /** The deadline of the circuit when the probe began. */
  readonly until: number;
  /** From here on (epoch ms) another may be the probe. */
  readonly leaseEnd: number;
}

/**
 * A circuit breaker for each deployment: learns from outcomes, takes failing deployments out, and lets one call at a time try
 * whether they are well again. Circuits hold on every replica; the counts that open them are this replica's own.
 */
export class DeploymentHealth {
  private readonly counts: FailureCounts;
  /** Of this replica, by deployment. */
  private readonly probes = new Map<string, Probe>();

  /** `settings` are asked for anew every time: the config may be reloaded. `now`: epoch ms. */
  constructor(
    private readonly state: State,
    private readonly settings: () => RouterSettings,
    private readonly now: () => number,
  ) {
    this.counts = new FailureCounts(now);
  }

  get allClosed(): boolean {
    return this.state.circuits().size === 0;
  }

  /** In memory and cheap: asked for every candidate of every call. */
  circuit(deploymentId: string): Circuit {
    const circuits = this.state.circuits();
    const circuit = circuits.size === 0 ? undefined : circuits.get(deploymentId);
    if (circuit === undefined) return CLOSED;
    const { until, probingUntil } = circuit;
    if (until > this.now()) return { state: 'open', until, probing: false };
    return probingUntil === null ? HALF_OPEN : PROBED;
  }

  /**
   * To be asked before an attempt is sent: true at once when the circuit is closed; when it is half-open, whether this attempt
   * may be the probe. Whoever was let in must call `settled`. Never rejects.
   */
  enter({ deployment: { id } }: Candidate, attemptId: string): true | Promise<boolean> {
    switch (this.circuit(id).state) {
      case 'closed':
        return true;
      case 'open':
        return Promise.resolve(false);
      case 'half-open':
        return this.probe(id, attemptId);
    }
  }

  /**
   * The head of an attempt's answer arrived: its probe has succeeded, however long the answer may still take. Tells the change
   * of the circuit, null when there is none.
   */
  delivered(candidate: Candidate, attemptId: string): CircuitChange | null {
    const { id } = candidate.deployment;
    const probe = this.takeProbe(id, attemptId);
    if (probe === undefined) return null;
    this.state.closeCircuit(id, probe.until).catch((cause: unknown) => circuitNotShared(id, cause));
    probeEnded(candidate, 'succeeded');
    const { state, until } = this.circuit(id);
    return state === 'closed' ? { state, until } : null;
  }

  /** An attempt is over. Tells the change of the circuit, null when there is none. */
  settled(candidate: Candidate, { attemptId, error, header }: Settled): CircuitChange | null {
    const { id } = candidate.deployment;
    if (error === null) {
      this.counts.succeeded(id);
      return this.delivered(candidate, attemptId);
    }
    const probe = this.takeProbe(id, attemptId);
    const change = this.failed(candidate, { error, header, isProbe: probe !== undefined });
    if (probe !== undefined) probeEnded(candidate, change === null ? 'inconclusive' : 'failed');
    if (probe !== undefined && change === null && this.now() < probe.leaseEnd)
      this.state.releaseProbe(id).catch((cause: unknown) => circuitNotShared(id, cause));
    return change;
  }

  private failed(
    candidate: Candidate,
    { error, header, isProbe }: Omit<Settled, 'attemptId'> & { error: GatewayError; isProbe: boolean },
  ): CircuitChange | null {
    const router = this.settings();
    const { id } = candidate.deployment;
    if (!isCounted(error, header, { candidate, router })) return null;
    const before = this.state.circuits().get(id);
    // What was counted before it was opened, here or elsewhere, must not open it again.
    if (before !== undefined) this.counts.forget(id);
    const count = this.counts.failed(id, errorClassOf(error));
    const now = this.now();
    // Calls that were under way when it was opened do not make it any worse.
    const wasOpen = before !== undefined && before.until > now;
    const opens = (before?.opens ?? 0) - (wasOpen ? 1 : 0);
    // A probe that took so long that another has closed the circuit is a call like any other.
    const isVerdict = isProbe && before !== undefined;
    const cooldown = cooldownFor(error, candidate, { count, router, isProbe: isVerdict, opens });
    if (cooldown === null) return null;
    this.counts.forget(id);
    const until = Math.ceil(now + cooldown.milliseconds);
    if (before !== undefined && until <= before.until) return null;
    // Nobody waits for the other replicas; this one knows at once.
    this.state.openCircuit(id, until).catch((cause: unknown) => circuitNotShared(id, cause));
    if (!wasOpen) circuitOpened(candidate, { ...cooldown, code: error.code });
    return { state: 'open', until };
  }

  private async probe(id: string, attemptId: string): Promise<boolean> {
    // Before the question: what another replica opens in the meantime is not this probe's to close.
    const until = this.state.circuits().get(id)?.until ?? 0;
    const leaseEnd = this.now() + PROBE_LEASE_MS;
    if (await this.state.claimProbe(id, PROBE_LEASE_MS)) {
      this.probes.set(id, { attemptId, until, leaseEnd });
      return true;
    }
    return this.circuit(id).state === 'closed';
  }

  private takeProbe(id: string, attemptId: string): Probe | undefined {
    const probe = this.probes.get(id);
    if (probe?.attemptId !== attemptId) return undefined;
    this.probes.delete(id);
    return probe;
  }
}
