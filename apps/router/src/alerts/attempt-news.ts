import type { AlertNotes } from '@tollgate/app';
import type { GatewayError, Outcome } from '@tollgate/contracts';
import type { Group } from '../group.js';
import type { Candidate } from '../candidate.js';
import type { CircuitChange } from '../health/deployment-health.js';

interface Ended {
  readonly group: Group;
  readonly candidate: Candidate;
  readonly outcome: Outcome;
  /** Undefined: it succeeded. */
  readonly failure: GatewayError | undefined;
  readonly isFault: boolean;
  readonly change: CircuitChange | null;
}

/** A provider's own failure: what counts as an outage. */
const isOutage = ({ status }: GatewayError): boolean => status === 408 || status >= 500;

/** Tells operators of attempts that failed or were slow, of deployments that cool down, and of calls that fell back. */
export class AttemptNews {
  /** `slowMs` is asked for anew every time: the config may be reloaded. */
  constructor(
    private readonly notes: AlertNotes,
    private readonly slowMs: () => number,
  ) {}

  /** Costs a comparison when all is well. */
  ended({ group, candidate, outcome, failure, isFault, change }: Ended): void {
    const isSlow = failure === undefined && outcome.latencyMs >= this.slowMs();
    if (!isFault && !isSlow && change?.state !== 'open') return;
    const { deployment, provider } = candidate;
    const { id } = deployment;
    const name = `${group.name} at ${provider} (${id})`;
    const details = { deploymentId: id, group: group.name, provider, region: deployment.region };
    if (failure !== undefined && isFault) {
      const { code, status } = failure;
      this.notes.note({
        type: 'llm_exceptions',
        key: `${id} ${code} ${status}`,
        text: `${name}: ${code}, status ${status}`,
        details: { ...details, code, status, isOutage: isOutage(failure) },
      });
    }
    if (isSlow) {
      const text = `${name} took ${Math.round(outcome.latencyMs / 1_000)} s`;
      this.notes.note({ type: 'llm_too_slow', key: id, text, details });
    }
    if (change?.state === 'open') {
      const until = new Date(change.until ?? 0).toISOString();
      const text = `${name} gets no calls until ${until}: ${failure?.code ?? ''}`;
      this.notes.note({ type: 'cooldown_deployment', key: id, text, details });
    }
  }

  fellBack(from: Group, to: Group, because: string): void {
    this.notes.note({
      type: 'fallback_reports',
      key: `${from.name} ${to.name} ${because}`,
      text: `${from.name} to ${to.name}: ${because}`,
      details: { from: from.name, to: to.name, because },
    });
  }
}
