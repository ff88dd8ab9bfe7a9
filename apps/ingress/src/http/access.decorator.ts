import { RouteConfig } from '@nestjs/platform-fastify';
import type { Dialect } from '@tollgate/contracts';

/** Who may call a route: anyone, any valid key, or the master key alone. */
export type AccessLevel = 'public' | 'key' | 'admin';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: AccessLevel;
    dialect?: Dialect;
  }
}

/**
 * Declares who may call a handler. It is checked before the body is read, on the matched route, never on the URL's text.
 * A route without it answers nobody. `dialect` is the caller's: its errors are told in it.
 */
export const Access = (access: AccessLevel, dialect: Dialect = 'openai-chat'): MethodDecorator =>
  RouteConfig({ access, dialect });
