import { Controller, Inject } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { BUS, type Bus } from '@tollgate/bus';
import {
  callExplained,
  canaryReport,
  deploymentReport,
  explainAsked,
  explainCall,
  hedgeReport,
  type CallHeader,
  type Decision,
} from '@tollgate/contracts';
import { CallRouter } from '../call-router.js';
import { CanaryDesk } from '../canary/canary-desk.js';
import { HedgeBook } from '../hedging/hedge-book.js';
import { DecisionLog } from './decision-log.js';
import { FleetReport } from './fleet-report.js';

/** Tells what was decided, what would be, and how deployments, canaries and hedges do. */
@Controller()
export class ExplainController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly router: CallRouter,
    private readonly decisions: DecisionLog,
    private readonly canaries: CanaryDesk,
    private readonly hedges: HedgeBook,
    private readonly fleet: FleetReport,
  ) {}

  /** Every replica is asked; the one that decided answers. */
  @EventPattern<Record<string, { callId: string; askId: string }>>(explainAsked.subject)
  asked({ callId, askId }: { callId: string; askId: string }): void {
    const decision = this.decisions.find(callId);
    if (decision !== undefined) this.bus.publish(callExplained, { askId, decision });
  }

  @MessagePattern(explainCall.subject)
  explain(header: CallHeader): Decision {
    return this.router.explain(header);
  }

  @MessagePattern(canaryReport.subject)
  canary() {
    return { canaries: this.canaries.report() };
  }

  @MessagePattern(hedgeReport.subject)
  hedging() {
    const models = this.hedges.report().map(({ counts, ...rest }) => ({ ...rest, ...counts }));
    return { models };
  }

  @MessagePattern(deploymentReport.subject)
  deployments() {
    return { deployments: this.fleet.report() };
  }
}
