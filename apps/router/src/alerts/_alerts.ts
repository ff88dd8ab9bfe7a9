import type { GatewayConfig } from '@tollgate/config';
import { header } from '../_fixtures.js';
import type { Candidate, Group } from '../group.js';
import { RoutingTable } from '../routing-table.js';

/** For specs: what the name `chat` stands for. */
export function groupOfDeployments(config: GatewayConfig): Group {
  const group = new RoutingTable(config).resolve(header());
  if (group === undefined) throw new Error('no group');
  return group;
}

export function candidateOf({ candidates: [candidate] }: Group): Candidate {
  if (candidate === undefined) throw new Error('no candidate');
  return candidate;
}
