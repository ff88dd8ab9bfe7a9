import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import { explainAsked, type Decision } from '@tollgate/contracts';

/** Every router is asked and the one that remembers answers at once: silence means that none does. */
const WAIT_MS = 1_000;

/** Asks all routers for the decision of a call; whichever answers first is heard. */
@Injectable()
export class Explanations {
  private readonly waiting = new Map<string, (decision: Decision) => void>();

  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** null: nobody remembers. */
  ask(callId: string): Promise<Decision | null> {
    const askId = randomUUID();
    return new Promise((resolve) => {
      const settle = (decision: Decision | null): void => {
        clearTimeout(timer);
        this.waiting.delete(askId);
        resolve(decision);
      };
      const timer = setTimeout(() => settle(null), WAIT_MS);
      this.waiting.set(askId, settle);
      this.bus.publish(explainAsked, { callId, askId });
    });
  }

  /** An answer that came; every ingress hears it, and only the one that asked knows the `askId`. */
  told(askId: string, decision: Decision): void {
    this.waiting.get(askId)?.(decision);
  }
}
