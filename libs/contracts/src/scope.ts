import { z } from 'zod';
import { limits } from './limits.js';
import { objectPermission } from './object-permission.js';

/**
 * What limits and spend belong to. `member` is a user in a team (id `{team}:{user}`), `gateway` is everything (id `all`).
 */
export const scopeKind = z.enum([
  'gateway',
  'organization',
  'project',
  'team',
  'member',
  'user',
  'end_user',
  'tag',
  'key',
]);
export type ScopeKind = z.infer<typeof scopeKind>;

export const scopeRef = z.object({ kind: scopeKind, id: z.string() });
export type ScopeRef = z.infer<typeof scopeRef>;

/** `team:7`: the name of a scope in counters, errors and headers. */
export const scopeName = ({ kind, id }: ScopeRef): string => `${kind}:${id}`;

/** What ingress must know of a scope to let calls in. The limits of its budget tier are merged in. */
export const scopeRecord = scopeRef.extend({
  alias: z.string().nullable(),
  blocked: z.boolean(),
  /** Model names, patterns and access groups that it may call; empty means all. */
  models: z.array(z.string()),
  limits,
  metadata: z.record(z.string(), z.unknown()),
  /** Of a team; absent: it says nothing. */
  objectPermission: objectPermission.optional(),
  /** When it or its tier was last changed (epoch ms): a budget may be younger than its window. Absent: long ago. */
  changedAt: z.number().optional(),
});
export type ScopeRecord = z.infer<typeof scopeRecord>;

/**
 * The name of a budget's counter: `{scope}|{model or nothing}|{window or nothing}|{start of the window, epoch ms}`. A new window has
 * a new name, so there is nothing to reset.
 */
export const counterName = (scope: string, window: string | null, start: number, model = ''): string =>
  `${scope}|${encodeURIComponent(model)}|${window ?? ''}|${start}`;

export interface CounterParts {
  readonly scope: ScopeRef;
  readonly model: string | null;
  readonly window: string | null;
  readonly start: number;
}

/** The parts of a counter's name; undefined when it is none. Ids may hold `|` and `:`. */
export function counterParts(name: string): CounterParts | undefined {
  const match = /^([a-z_]+):(.*)\|([^|]*)\|([^|]*)\|(\d+)$/s.exec(name);
  if (match === null) return undefined;
  const [, kind, id = '', model = '', window = '', start] = match;
  const parsed = scopeKind.safeParse(kind);
  if (!parsed.success) return undefined;
  return {
    scope: { kind: parsed.data, id },
    model: model === '' ? null : decodeURIComponent(model),
    window: window === '' ? null : window,
    start: Number(start),
  };
}
