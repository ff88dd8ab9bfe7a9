import { Injectable } from '@nestjs/common';
import { GatewayError, type SessionInput } from '@tollgate/contracts';
import type { HeldSession } from './held-session.js';

/** The sessions that this process holds, by their attempts. */
@Injectable()
export class Sessions {
  private readonly held = new Map<string, HeldSession>();

  began(attemptId: string, session: HeldSession): void {
    this.held.set(attemptId, session);
  }

  ended(attemptId: string): void {
    this.held.delete(attemptId);
  }

  /** Rejects with `cancelled` when the session is over, and as the session does. */
  async take(input: SessionInput): Promise<void> {
    const session = this.held.get(input.attemptId);
    if (session === undefined) throw new GatewayError('cancelled', 'The session is over');
    await session.take(input);
  }
}
