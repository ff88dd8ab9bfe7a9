import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus, type CallContext } from '@tollgate/bus';
import { TASK_OF, toGatewayError, type AttemptHeader, type Outcome } from '@tollgate/contracts';
import { Transport } from '@tollgate/providers';
import { Deployments } from './deployments.js';
import { attemptFinished } from './events.js';
import { owe } from './reservation.js';
import { runMock } from './run-mock.js';
import { runUpstream } from './run-upstream.js';
import { AttemptState } from './attempt-state.js';
import { runSession } from './sessions/run-session.js';
import { Sessions } from './sessions/sessions.js';

/** Runs attempts: answers the caller through the call's response and tells the router how it went. */
@Injectable()
export class AttemptRunner {
  constructor(
    private readonly deployments: Deployments,
    private readonly transport: Transport,
    @Inject(BUS) private readonly bus: Bus,
    private readonly sessions: Sessions,
  ) {}

  /** Never rejects: an error after the head is the outcome's too, and the bus tells the caller. */
  async run(header: AttemptHeader, context: CallContext): Promise<Outcome> {
    const state = new AttemptState();
    if (header.role === 'mirror') context.response.detach();
    let provider = 'unknown';
    try {
      const target = this.deployments.find(header.deploymentId);
      provider = target.deployment.provider;
      const work = { header, target, context, state, bus: this.bus };
      if (TASK_OF[header.call.dialect] === 'realtime') await runSession(work, this.sessions);
      else if (target.deployment.mockResponse === null) await runUpstream(work, this.transport);
      else await runMock(work, target.deployment.mockResponse);
    } catch (cause) {
      state.error = toGatewayError(cause);
    }
    const outcome = state.toOutcome();
    attemptFinished(header, provider, outcome);
    const told = owe(this.bus, header, outcome);
    if (told !== undefined) await told;
    return outcome;
  }
}
