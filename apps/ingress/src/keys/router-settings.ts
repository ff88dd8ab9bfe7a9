import { GatewayError, type KeyRouting } from '@tollgate/contracts';
import { z } from 'zod';

const MAX_ENTRIES = 100;
const MAX_FALLBACKS = 20;
const MAX_SECONDS = 86_400;
const MAX_RETRIES = 100;

const name = z.string().min(1).max(256);
/** LiteLLM takes an object with a `model` where it takes a name. */
const target = z.union([name, z.object({ model: name }).transform(({ model }) => model)]);
/** `[{"gpt-4": ["claude", "gemini"]}]` */
const chains = z
  .array(z.record(name, z.array(target).max(MAX_FALLBACKS)))
  .max(MAX_ENTRIES)
  .transform((list) => firstOfEach(list.flatMap((entry) => Object.entries(entry))))
  .nullish();

function firstOfEach(entries: readonly (readonly [string, string[]])[]): Record<string, string[]> {
  const first = new Map<string, string[]>();
  for (const [from, names] of entries) if (!first.has(from)) first.set(from, names);
  return Object.fromEntries(first);
}

const routerSettings = z.strictObject({
  fallbacks: chains,
  context_window_fallbacks: chains,
  content_policy_fallbacks: chains,
  model_group_alias: z
    .record(name, target)
    .refine((aliases) => Object.keys(aliases).length <= MAX_ENTRIES, 'has too many entries')
    .nullish(),
  num_retries: z.number().int().min(0).max(MAX_RETRIES).nullish(),
  timeout: z.number().positive().max(MAX_SECONDS).nullish(),
});

/**
 * A key's `router_settings` in LiteLLM's form; undefined when they ask for nothing. Of a name that is there twice the first
 * counts, as in LiteLLM. Throws `invalid_request` naming the field: a setting that is not honoured is never dropped silently.
 */
export function readRouterSettings(
  settings: Readonly<Record<string, unknown>> | null | undefined,
): KeyRouting | undefined {
  const asked = Object.entries(settings ?? {}).filter(([, value]) => asksSomething(value));
  if (asked.length === 0) return undefined;
  const parsed = routerSettings.safeParse(Object.fromEntries(asked));
  if (!parsed.success) throw refusal(parsed.error);
  const { num_retries: numRetries, timeout, ...names } = parsed.data;
  return {
    ...(names.fallbacks && { fallbacks: names.fallbacks }),
    ...(names.context_window_fallbacks && { contextWindowFallbacks: names.context_window_fallbacks }),
    ...(names.content_policy_fallbacks && { contentPolicyFallbacks: names.content_policy_fallbacks }),
    ...(names.model_group_alias && { aliases: names.model_group_alias }),
    ...(typeof numRetries === 'number' && { numRetries }),
    ...(typeof timeout === 'number' && { timeoutMs: Math.ceil(timeout * 1_000) }),
  };
}

/** The same back in LiteLLM's form; null for a key without any. */
export function shownRouterSettings(routing: KeyRouting | undefined): object | null {
  if (routing === undefined) return null;
  const { aliases, numRetries, timeoutMs } = routing;
  return {
    fallbacks: shownChains(routing.fallbacks),
    context_window_fallbacks: shownChains(routing.contextWindowFallbacks),
    content_policy_fallbacks: shownChains(routing.contentPolicyFallbacks),
    model_group_alias: aliases ?? null,
    num_retries: numRetries ?? null,
    timeout: timeoutMs === undefined ? null : timeoutMs / 1_000,
  };
}

const shownChains = (byName: Readonly<Record<string, readonly string[]>> | undefined): object[] | null =>
  byName === undefined ? null : Object.entries(byName).map(([from, names]) => ({ [from]: names }));

/** LiteLLM's own clients send every field, null where it is not set. */
const asksSomething = (value: unknown): boolean =>
  value !== null && value !== undefined && (typeof value !== 'object' || Object.keys(value).length > 0);

function refusal({ issues: [issue] }: z.ZodError): GatewayError {
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const param = ['router_settings', ...(issue?.path ?? []), ...unknown].join('.');
  const message =
    unknown.length > 0
      ? `'${param}' is not supported for keys: leave it out`
      : `'${param}': ${issue?.message ?? 'invalid'}`;
  return new GatewayError('invalid_request', message, { param });
}
