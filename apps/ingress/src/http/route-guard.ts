import { Injectable } from '@nestjs/common';
import { GatewayError } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { adminOnly } from '../auth/auth-errors.js';
import { Authenticator } from '../auth/authenticator.js';
import type { Caller } from '../auth/caller.js';
import { CallTracker } from '../calls/call-tracker.js';
import { requestRefused } from '../events.js';
import type { AccessLevel } from './access.decorator.js';

type Done = (error?: Error) => void;
type Hook = (request: FastifyRequest, reply: FastifyReply, done: Done) => void;

/** Decides who passes, before the body is read: one hook a route, made from what its handler declares. */
@Injectable()
export class RouteGuard {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly calls: CallTracker,
  ) {}

  /** Calls back without a promise when the key is known: this runs on every request. */
  hookOf(access: AccessLevel | undefined, route: string): Hook {
    if (access === 'public') return (_request, _reply, done) => done();
    if (access === undefined) return (_request, _reply, done) => done(adminOnly(route));
    return (request, _reply, done) => {
      const pass = (caller: Caller): void => {
        if (access === 'admin' && !caller.principal.isAdmin) throw adminOnly(route);
        request.caller = caller;
      };
      this.authenticate(request, pass, done);
    };
  }

  private authenticate(request: FastifyRequest, pass: (caller: Caller) => void, done: Done): void {
    try {
      if (this.calls.draining) throw draining();
      const caller = this.authenticator.authenticate(request.headers);
      if (caller instanceof Promise) {
        caller.then(pass).then(
          () => done(),
          (cause: unknown) => refuse(cause, done),
        );
        return;
      }
      pass(caller);
    } catch (cause) {
      refuse(cause, done);
      return;
    }
    done();
  }
}

function refuse(cause: unknown, done: Done): void {
  requestRefused(cause);
  done(cause as Error);
}

const draining = (): GatewayError =>
  new GatewayError('draining', 'This gateway is shutting down. Try again.', { retryAfterMs: 1_000 });
