import { Injectable } from '@nestjs/common';
import { GatewayError, type Dialect } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { adminOnly, routeNotAllowed, viewerOnly } from '../auth/auth-errors.js';
import { Authenticator } from '../auth/authenticator.js';
import { Authorities, administersAnything, type Authority } from '../auth/authority.js';
import type { Caller } from '../auth/caller.js';
import { coversRoute, routesOf } from '../auth/route-groups.js';
import { CallTracker } from '../calls/call-tracker.js';
import { requestRefused } from '../events.js';
import { takeHeadersOfProtocols } from '../realtime/subprotocols.js';
import { when } from '../when.js';
import type { AccessLevel } from './access.decorator.js';

type Done = (error?: Error) => void;
type Hook = (request: FastifyRequest, reply: FastifyReply, done: Done) => void;

/** Decides who passes, before the body is read: one hook a route, made from what its handler declares. */
@Injectable()
export class RouteGuard {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly authorities: Authorities,
    private readonly calls: CallTracker,
  ) {}

  /** Calls back without a promise when the key is known: this runs on every request. */
  hookOf(access: AccessLevel | undefined, route: string, dialect?: Dialect): Hook {
    if (access === 'public') return (_request, _reply, done) => done();
    if (access === undefined) return (_request, _reply, done) => done(adminOnly(route));
    const mayBeInQuery = takesKeyInQuery(route, dialect);
    const isSession = dialect === 'openai-realtime';
    return (request, _reply, done) => {
      if (mayBeInQuery) takeKeyOfQuery(request);
      if (isSession) takeHeadersOfProtocols(request.headers);
      const pass = (caller: Caller): void | Promise<void> => {
        checkRoute(caller, route, access);
        request.caller = caller;
        if (access === 'key' || access === 'any') return;
        return when(this.authorities.of(caller), (authority) => {
          checkRole(authority, route, access);
          request.authority = authority;
        });
      };
      this.authenticate(request, pass, done);
    };
  }

  private authenticate(
    request: FastifyRequest,
    pass: (caller: Caller) => void | Promise<void>,
    done: Done,
  ): void {
    try {
      if (this.calls.draining) throw draining();
      const passed = when(this.authenticator.authenticate(request.headers), pass);
      if (passed instanceof Promise) {
        passed.then(
          () => done(),
          (cause: unknown) => refuse(cause, done),
        );
        return;
      }
    } catch (cause) {
      refuse(cause, done);
      return;
    }
    done();
  }
}

/** Google's clients may send the key as `?key=`; on other routes that is a parameter like any other. */
const takesKeyInQuery = (route: string, dialect: Dialect | undefined): boolean =>
  route.startsWith('/v1beta/') || dialect?.startsWith('gemini-') === true;

function takeKeyOfQuery({ headers, query }: FastifyRequest): void {
  const { key } = query as { readonly key?: unknown };
  if (typeof key === 'string' && key !== '') headers['x-goog-api-key'] ??= key;
}

/** What the key may call, by its `allowed_routes` and its type. */
function checkRoute({ key }: Caller, route: string, access: AccessLevel): void {
  if (key === null) return;
  const routes = routesOf(key);
  if (!coversRoute(routes, route, access)) throw routeNotAllowed(routes, route);
}

/** What the role of the key's user may call. Who may do what to which record is the handler's to say. */
function checkRole(authority: Authority, route: string, access: AccessLevel): void {
  const { role, isAdmin, seesAll } = authority;
  if (isAdmin || access === 'info') return;
  if (access === 'viewer') {
    if (!seesAll) throw adminOnly(route);
    return;
  }
  if (
    access === 'manage' &&
    (role === 'internal_user' || role === 'org_admin' || administersAnything(authority))
  )
    return;
  if (role === 'proxy_admin_viewer' || role === 'internal_user_viewer') throw viewerOnly(role, route);
  throw adminOnly(route);
}

function refuse(cause: unknown, done: Done): void {
  requestRefused(cause);
  done(cause as Error);
}

const draining = (): GatewayError =>
  new GatewayError('draining', 'This gateway is shutting down. Try again.', { retryAfterMs: 1_000 });
