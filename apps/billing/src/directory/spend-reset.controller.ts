import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { resetSpend, type Actor, type ScopeRef } from '@tollgate/contracts';
import { SpendReset, type ResetResult } from './spend-reset.js';

interface ResetRequest {
  readonly actor: Actor;
  readonly scope: ScopeRef;
  readonly toNanos: number;
}

/** LiteLLM's `reset_spend`. */
@Controller()
export class SpendResetController {
  constructor(private readonly spend: SpendReset) {}

  @MessagePattern(resetSpend.subject)
  async reset({ actor, scope, toNanos }: ResetRequest): Promise<ResetResult> {
    return this.spend.reset(actor, scope, toNanos);
  }
}
