import { Controller } from '@nestjs/common';
import { CallPattern, type CallContext } from '@tollgate/bus';
import { attemptCall, type AttemptHeader, type Outcome } from '@tollgate/contracts';
import { AttemptRunner } from './attempt-runner.js';

@Controller()
export class AttemptController {
  constructor(private readonly runner: AttemptRunner) {}

  @CallPattern(attemptCall)
  attempt(header: AttemptHeader, call: CallContext): Promise<Outcome> {
    return this.runner.run(header, call);
  }
}
