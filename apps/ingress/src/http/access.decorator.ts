import { RouteConfig } from '@nestjs/platform-fastify';
import type { Dialect } from '@tollgate/contracts';

/**
 * Who may call a route.
 *
 * - public: anyone.
 * - key: any key, for calls of models.
 * - any: any key, whatever it is for.
 * - info: any key; the handler shows only what its caller may see.
 * - manage: users, and admins of anything; the handler lets them change only what is theirs.
 * - viewer: those who see everything (`proxy_admin`, `proxy_admin_viewer`).
 * - admin: those who may change everything (`proxy_admin`, the master key).
 */
export type AccessLevel = 'public' | 'key' | 'any' | 'info' | 'manage' | 'viewer' | 'admin';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: AccessLevel;
    dialect?: Dialect;
    anyBody?: boolean;
  }
}

/**
 * Declares who may call a handler. It is checked before the body is read, on the matched route, never on the URL's text.
 * A route without it answers nobody. `dialect` is the caller's: its errors are told in it. `anyBody`: bodies
 * need be neither JSON nor forms.
 */
export const Access = (
  access: AccessLevel,
  dialect: Dialect = 'openai-chat',
  { anyBody = false }: { readonly anyBody?: boolean } = {},
): MethodDecorator => RouteConfig({ access, dialect, anyBody });
