import { Controller, Get, Inject } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { canaryReport, deploymentReport, hedgeReport } from '@tollgate/contracts';
import { Access } from '../http/access.decorator.js';
import { shownCanary, shownDeployment, shownHedging } from './report-answers.js';

/** What the routers see: canaries, hedging and the health of deployments. */
@Controller('router')
export class ReportsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** Both arms of every canary, side by side. */
  @Access('viewer')
  @Get('canary')
  async canaries(): Promise<object> {
    const { canaries } = await this.bus.request(canaryReport, {});
    return { canaries: canaries.map(shownCanary) };
  }

  @Access('viewer')
  @Get('hedging')
  async hedging(): Promise<object> {
    const { models } = await this.bus.request(hedgeReport, {});
    return { models: models.map(shownHedging) };
  }

  /** As the router that answers sees them. */
  @Access('viewer')
  @Get('deployments')
  async deployments(): Promise<object> {
    const { deployments } = await this.bus.request(deploymentReport, {});
    return { deployments: deployments.map(shownDeployment) };
  }
}
