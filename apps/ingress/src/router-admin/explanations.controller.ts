import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { callExplained, type Decision } from '@tollgate/contracts';
import { Explanations } from './explanations.js';

interface CallExplained {
  readonly askId: string;
  readonly decision: Decision;
}

/** What routers tell of the calls that they decided. */
@Controller()
export class ExplanationsController {
  constructor(private readonly explanations: Explanations) {}

  @EventPattern<Record<string, CallExplained>>(callExplained.subject)
  explained(@Payload() { askId, decision }: CallExplained): void {
    this.explanations.told(askId, decision);
  }
}
