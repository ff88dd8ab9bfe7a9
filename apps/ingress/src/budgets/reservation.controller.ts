import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { extendReservation } from '@tollgate/contracts';
import { Admission } from '../calls/admission.js';

/** Workers ask here for more money for answers under way. */
@Controller()
export class ReservationController {
  constructor(private readonly admission: Admission) {}

  @MessagePattern(extendReservation.subject)
  extend(request: { callId: string; toNanos: number; force: boolean }): Promise<{ heldNanos: number }> {
    return this.admission.extend(request.callId, request.toNanos, request.force);
  }
}
