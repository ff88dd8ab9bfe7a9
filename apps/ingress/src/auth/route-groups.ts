import type { KeyRecord } from '@tollgate/contracts';
import type { AccessLevel } from '../http/access.decorator.js';

/** LiteLLM's names for groups of routes. What changes something is management, and so is what tells of it. */
const GROUPS: Readonly<Record<AccessLevel, readonly string[]>> = {
  public: [],
  key: ['llm_api_routes', 'openai_routes'],
  any: ['llm_api_routes', 'openai_routes', 'info_routes', 'management_routes'],
  info: ['info_routes', 'management_routes'],
  viewer: ['info_routes', 'management_routes'],
  manage: ['management_routes'],
  admin: ['management_routes'],
};

/** What a key of a type may call when it names no routes; null: every route. */
const OF_TYPE: Readonly<Record<KeyRecord['type'], string | null>> = {
  default: null,
  llm_api: 'llm_api_routes',
  management: 'management_routes',
  read_only: 'info_routes',
};

const names: ReadonlySet<string> = new Set(Object.values(GROUPS).flat());

/** Whether a text may be an entry of `allowed_routes`: a path, a path with a `*` at its end, or a group. */
export const isRouteEntry = (entry: string): boolean => names.has(entry) || /^\/[\w\-.:{}/]*\*?$/.test(entry);

/** The routes that a key is kept to; empty: none. */
export function routesOf({
  allowedRoutes,
  type,
}: Pick<KeyRecord, 'allowedRoutes' | 'type'>): readonly string[] {
  if (allowedRoutes.length > 0) return allowedRoutes;
  const group = OF_TYPE[type];
  return group === null ? [] : [group];
}

/** Whether routes that a key is kept to cover one of the gateway's, by its pattern (`/key/:key/regenerate`). */
export const coversRoute = (routes: readonly string[], route: string, access: AccessLevel): boolean =>
  routes.length === 0 || routes.some((entry) => GROUPS[access].includes(entry) || coversPath(entry, route));

/** As in LiteLLM an entry covers what lies below it; any name of a parameter stands for any other. */
function coversPath(entry: string, route: string): boolean {
  const open = entry.endsWith('*');
  const wanted = segmentsOf(open ? entry.slice(0, -1) : entry);
  const found = segmentsOf(route);
  if (wanted.length > found.length) return false;
  const last = wanted.length - 1;
  return wanted.every((segment, index) => {
    const actual = found[index] ?? '';
    return open && index === last ? actual.startsWith(segment) : actual === segment;
  });
}

const segmentsOf = (path: string): string[] =>
  path.split('/').map((segment) => (/^(:|\{)/.test(segment) ? ':' : segment));
