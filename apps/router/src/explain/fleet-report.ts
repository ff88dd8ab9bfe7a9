import type { LiveConfig } from '@tollgate/config';
import type { RoutingView } from '../routing-view.js';

/** How every deployment of the config does, as this replica sees it. */
export class FleetReport {
  constructor(
    private readonly config: LiveConfig,
    private readonly view: RoutingView,
  ) {}

  report() {
    const { view } = this;
    return this.config.current.deployments.map(({ id, group }) => {
      const { state, until } = view.circuit(id);
      const { inFlight, requestsThisMinute, tokensThisMinute, latencyMs, errorRate } = view.stats(id);
      return {
        deploymentId: id,
        group,
        circuit: state,
        until,
        ...{ inFlight, requestsThisMinute, tokensThisMinute, latencyMs, errorRate },
      };
    });
  }
}
