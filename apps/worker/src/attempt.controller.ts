import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { CallRpcContext } from '@tollgate/bus';
import { attemptCall, type AttemptHeader, type Outcome } from '@tollgate/contracts';
import { AttemptRunner } from './attempt-runner.js';

@Controller()
export class AttemptController {
  constructor(private readonly runner: AttemptRunner) {}

  @MessagePattern(attemptCall.subject)
  attempt(@Payload() header: AttemptHeader, @Ctx() context: CallRpcContext): Promise<Outcome> {
    return this.runner.run(header, context.call);
  }
}
