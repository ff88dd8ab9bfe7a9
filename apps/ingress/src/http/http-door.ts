import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { directMethod } from '@tollgate/bus';
import { LiveConfig } from '@tollgate/config';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { leadPassThroughs } from '../doors/pass-through-request.js';
import { requestFinished } from '../events.js';
import { prepareContentType, readBodiesAsBytes } from './body-parser.js';
import type { DoorMethod } from './call-door.decorator.js';
import { answerClientError } from './client-error.js';
import { ErrorsFilter } from './errors.filter.js';
import './request-context.js';
import { RouteGuard } from './route-guard.js';
import { RouteTable } from './route-table.js';
import { checkStorableUrl } from './storable-text.js';
import { routeUpgrades } from './upgrades.js';

/** A client that vanished without a word is noticed by TCP's own probes. */
const KEEP_ALIVE_PROBE_MS = 30_000;

const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PATCH', 'PUT', 'DELETE']);

/** Prepares the server that `libs/app` made: bodies as bytes, access, metrics. Before Nest adds its routes. */
@Injectable()
export class HttpDoor implements BeforeApplicationShutdown {
  private readonly unused = new Set<Socket>();

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly config: LiveConfig,
    private readonly guard: RouteGuard,
    private readonly routes: RouteTable,
    private readonly errors: ErrorsFilter,
    private readonly modules: ModuleRef,
  ) {}

  open(): void {
    const server = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    server.decorateRequest('caller', null);
    server.decorateRequest('authority', null);
    server.decorateRequest('call', null);
    readBodiesAsBytes(server, this.config.current.general.maxRequestBytes);
    this.hookRoutes(server);
    leadPassThroughs(server.server, this.config);
    routeUpgrades(server.server);
    watchConnections(server.server, this.unused);
  }

  /** Node takes a connection that no request came on for a busy one, and would wait for it. */
  beforeApplicationShutdown(): void {
    for (const socket of this.unused) socket.destroy();
  }

  private hookRoutes(server: FastifyInstance): void {
    server.addHook('onRoute', (route) => {
      this.routes.add(route.method, route.url);
      const { url } = route;
      route.onRequest = [
        this.guard.hookOf(route.config?.access, url, route.config?.dialect),
        checkStorableUrl,
      ];
      const door = route.config?.door;
      if (door !== undefined) {
        const method = this.answeringErrors(directMethod(door, (type) => this.modules.get(type)));
        route.handler = url.includes(':') ? refusingEmpty(method) : method;
      }
      if (WITH_BODY.has(String(route.method))) route.preParsing = [checkContent];
      route.onResponse = [
        (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
          requestFinished(url, reply.raw.statusCode, request.call?.modelLabel ?? '', reply.elapsedTime);
          done();
        },
      ];
    });
  }

  private answeringErrors(method: DoorMethod): DoorMethod {
    return async (request, reply) => {
      try {
        await method(request, reply);
      } catch (cause) {
        this.errors.answer(cause, request, reply);
      }
    };
  }
}

/** As Nest has it: a path with nothing where its parameter should be is no path. */
const refusingEmpty =
  (method: DoorMethod): DoorMethod =>
  async (request, reply) => {
    const isNamed = Object.values(request.params as object).every((value) => value !== '');
    if (isNamed) await method(request, reply);
    else reply.callNotFound();
  };

function checkContent(
  request: FastifyRequest,
  _reply: FastifyReply,
  payload: unknown,
  done: (error: Error | null, payload: never) => void,
): void {
  done(prepareContentType(request), payload as never);
}

/** @param unused is kept: connections that no request has come on. */
function watchConnections(server: Server, unused: Set<Socket>): void {
  server.removeAllListeners('clientError');
  server.on('clientError', answerClientError);
  server.on('connection', (socket) => {
    socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS);
    socket.setNoDelay(true);
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
}
