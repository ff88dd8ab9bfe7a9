import { CLOSED, NO_STATS, type Circuit, type DeploymentStats, type RoutingView } from './routing-view.js';
import { START } from './_fixtures.js';

/** What a spec wants to be known of deployments, by id. */
export class FakeView implements RoutingView {
  now = START;
  readonly circuits: Record<string, Partial<Circuit>> = {};
  readonly known: Record<string, Partial<DeploymentStats>> = {};
  readonly limits: Record<string, (tokens: number) => number | null> = {};
  readonly budgets: Record<string, string> = {};

  get allClosed(): boolean {
    return Object.keys(this.circuits).length === 0;
  }

  get noneLimited(): boolean {
    return Object.keys(this.limits).length === 0;
  }

  circuit(id: string): Circuit {
    const circuit = this.circuits[id];
    return circuit === undefined ? CLOSED : { ...CLOSED, ...circuit };
  }

  stats(id: string): DeploymentStats {
    const stats = this.known[id];
    return stats === undefined ? NO_STATS : { ...NO_STATS, ...stats };
  }

  limitedUntil(id: string, tokens: number): number | null {
    return this.limits[id]?.(tokens) ?? null;
  }

  exhaustedBudget({ deployment: { id } }: { readonly deployment: { readonly id: string } }): string | null {
    return this.budgets[id] ?? null;
  }
}

/** An open circuit. */
export const openFor = (milliseconds: number): Circuit => ({
  state: 'open',
  until: START + milliseconds,
  probing: false,
});
