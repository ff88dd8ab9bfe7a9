import { Injectable } from '@nestjs/common';
import { GatewayError } from '@tollgate/contracts';

interface Route {
  readonly segments: readonly string[];
  readonly methods: Set<string>;
}

/** The paths that exist, so that a wrong method on a right path is told from an unknown path. Read on errors only. */
@Injectable()
export class RouteTable {
  private readonly routes = new Map<string, Route>();

  add(method: string | readonly string[], url: string): void {
    const route = this.routes.get(url) ?? { segments: url.split('/'), methods: new Set() };
    for (const name of typeof method === 'string' ? [method] : method) route.methods.add(name);
    this.routes.set(url, route);
  }

  /** Turns `not_found` into `method_not_allowed` (with `allow`) where the path exists for other methods. */
  refine(error: GatewayError, method: string, url: string): GatewayError {
    if (error.code !== 'not_found' || !(error.options.cause instanceof Error)) return error;
    const segments = (url.split('?', 1)[0] ?? '').split('/');
    const methods = [...this.routes.values()]
      .filter((route) => matches(route.segments, segments))
      .flatMap((route) => [...route.methods]);
    if (methods.length === 0 || methods.includes(method)) return error;
    const allow = [...new Set(methods)].sort().join(', ');
    return new GatewayError('method_not_allowed', `Method Not Allowed: use ${allow}.`, {
      headers: { allow },
    });
  }
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const open = pattern.at(-1) === '*';
  if (open ? segments.length < pattern.length : segments.length !== pattern.length) return false;
  return pattern.every((part, index) => part === '*' || part.startsWith(':') || part === segments[index]);
}
