import { GatewayError, findKey } from '@tollgate/contracts';
import { VIRTUAL_KEY, errorOf, startIngress, foundKey } from '../_harness.js';
import { HTTP_CONTROLLERS } from '../ingress.module.js';

/** Nest's and the Fastify adapter's metadata keys. */
const ROUTE = 'path';
const CONFIG = '__fastify_route_config__';

const handlers = HTTP_CONTROLLERS.flatMap((controller) => {
  const prototype = controller.prototype as unknown as Record<string, object>;
  return Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== 'constructor' && Reflect.hasMetadata(ROUTE, prototype[name]!))
    .map((name) => ({ name: `${controller.name}.${name}`, handler: prototype[name]! }));
});

describe('access', () => {
  it.each(handlers)('of $name is declared', ({ handler }) => {
    const config = Reflect.getMetadata(CONFIG, handler) as { access?: string } | undefined;
    expect(['public', 'key', 'any', 'info', 'manage', 'viewer', 'admin']).toContain(config?.access);
  });

  it('knows every route', () => {
    expect(handlers.length).toBeGreaterThanOrEqual(8);
  });

  it('keeps a virtual key out of what only the master key may do, before its body is read', async () => {
    const ingress = await startIngress();
    ingress.bus.reply(findKey, () => foundKey());
    const error = await errorOf(
      await ingress.post('/key/generate', 'not json', { authorization: `Bearer ${VIRTUAL_KEY}` }),
    );
    expect(error).toMatchObject({ status: 401, type: 'auth_error' });
    expect(error['message']).toBe(
      'Only proxy admin can be used to generate, delete, update info for new keys/users/teams. Route=/key/generate',
    );
    await ingress.close();
  });

  it('answers nobody on a route that declares none', async () => {
    const { RouteGuard } = await import('./route-guard.js');
    const guard = new RouteGuard(undefined as never, undefined as never, undefined as never);
    const errors: unknown[] = [];
    guard.hookOf(undefined, '/forgotten')({} as never, {} as never, (error) => errors.push(error));
    expect(errors).toEqual([expect.any(GatewayError)]);
  });
});
