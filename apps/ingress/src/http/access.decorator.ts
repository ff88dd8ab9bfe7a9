import { RouteConfig } from '@nestjs/platform-fastify';

/** Who may call a route: anyone, any valid key, or the master key alone. */
export type AccessLevel = 'public' | 'key' | 'admin';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: AccessLevel;
  }
}

/**
 * Declares who may call a handler. It is checked before the body is read, on the matched route, never on the URL's text.
 * A route without it answers nobody.
 */
export const Access = (access: AccessLevel): MethodDecorator => RouteConfig({ access });
