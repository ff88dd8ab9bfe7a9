import { Post, type Type } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { DirectTarget } from '@tollgate/bus';
import type { Dialect } from '@tollgate/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** How a controller answers a request for a call of a model. */
export type DoorMethod = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

declare module 'fastify' {
  interface FastifyContextConfig {
    door?: DirectTarget<DoorMethod>;
  }
}

/**
 * `@Access('key', dialect)` and `@Post(paths)` for calls of models: Fastify calls the method as it is, for Nest's way to the
 * parameters of a handler costs a call ten promises. What it would pass by (guards, pipes, interceptors, filters) fails boot where
 * it is declared; errors are answered by the same filter.
 */
export const CallDoor =
  (dialect: Dialect, paths: string | string[]) =>
  <Method extends DoorMethod>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const door = { controller: target.constructor as Type, method: descriptor.value };
    RouteConfig({ access: 'key', dialect, door })(target, key, descriptor);
    Post(paths)(target, key, descriptor);
  };
