import { Inject, Injectable } from '@nestjs/common';
import { LiveConfig } from '@tollgate/config';
import { GatewayError } from '@tollgate/contracts';
import { STATE, type Admission as Decision, type Scope, type State } from '@tollgate/state';
import { callRateLimited, stateFailed } from '../events.js';
import { keyLimitHeaders, rateLimitHeaders, rateLimited } from './rate-limits.js';

/** A call that was let in. */
export interface Pass {
  /** For the answer: what is left of each limit. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the call's leases and puts the true token count in place of the estimate (null: keep it). Never throws. */
  settle(tokens: number | null): void;
}

export interface Entrance {
  readonly callId: string;
  readonly scopes: readonly Scope[];
  /** The estimated prompt. The answer's tokens are charged when they are known. */
  readonly tokens: number;
  readonly now: number;
  readonly leaseUntil: number;
}

const FREE_PASS: Pass = { headers: {}, settle: () => undefined };

/** Lets a call in where its limits have room. A call that no limit binds asks nobody. */
@Injectable()
export class Admission {
  constructor(
    @Inject(STATE) private readonly state: State,
    private readonly config: LiveConfig,
  ) {}

  /** Rejects with `rate_limited`, or with `service_unavailable` when state is away and `on_state_down` is `refuse`. */
  async admit(entrance: Entrance): Promise<Pass> {
    if (entrance.scopes.length === 0) return FREE_PASS;
    const decision = await this.decide(entrance);
    if (decision === null) return FREE_PASS;
    if (!decision.granted) {
      callRateLimited(decision.kind);
      throw rateLimited(decision, entrance.now);
    }
    return {
      headers: {
        ...rateLimitHeaders(decision.remaining, entrance.now),
        ...keyLimitHeaders(entrance.scopes),
      },
      settle: once((tokens: number | null) => this.settle(entrance, tokens)),
    };
  }

  private async decide(entrance: Entrance): Promise<Decision | null> {
    try {
      return await this.state.admit(entrance);
    } catch (cause) {
      stateFailed('admit', cause, entrance.callId);
      if (this.config.current.general.onStateDown === 'allow') return null;
      throw new GatewayError('service_unavailable', 'Rate limits cannot be checked at the moment.', {
        cause,
        retryAfterMs: 1_000,
      });
    }
  }

  /** Not awaited by the answer: leases end by themselves should this fail. */
  private settle({ callId, scopes, tokens: admittedTokens, now }: Entrance, tokens: number | null): void {
    this.state
      .settle({ callId, scopes, admittedAt: now, admittedTokens, tokens })
      .catch((cause: unknown) => stateFailed('settle', cause, callId));
  }
}

function once<Value>(action: (value: Value) => void): (value: Value) => void {
  let done = false;
  return (value) => {
    if (done) return;
    done = true;
    action(value);
  };
}
