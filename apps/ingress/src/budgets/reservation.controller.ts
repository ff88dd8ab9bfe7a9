import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { extendReservation, oweAttempt } from '@tollgate/contracts';
import { Admission } from '../calls/admission.js';

/** Workers ask here for more money for answers under way, and tell what attempts have cost that answered nobody. */
@Controller()
export class ReservationController {
  constructor(private readonly admission: Admission) {}

  @MessagePattern(extendReservation.subject)
  extend(request: { callId: string; toNanos: number; force: boolean }): Promise<{ heldNanos: number }> {
    return this.admission.extend(request.callId, request.toNanos, request.force);
  }

  @MessagePattern(oweAttempt.subject)
  async owe(request: { callId: string; attemptId: string; costNanos: number }): Promise<object> {
    await this.admission.owe(request);
    return {};
  }
}
