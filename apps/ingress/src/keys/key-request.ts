import { GatewayError } from '@tollgate/contracts';
import { z } from 'zod';
import { regionsOf } from '../calls/routing-options.js';

const limit = z.number().int().positive().nullish();
const name = z.string().min(1).max(256).nullish();

/** The fields of `POST /key/generate` that are honoured. */
const honoured = z.object({
  key: z.string().nullish(),
  key_alias: name,
  duration: z.string().nullish(),
  models: z.array(z.string().min(1)).nullish(),
  user_id: name,
  team_id: name,
  metadata: z.record(z.string(), z.unknown()).nullish(),
  rpm_limit: limit,
  tpm_limit: limit,
  max_parallel_requests: limit,
  router_settings: z.record(z.string(), z.unknown()).nullish(),
});

export type GenerateKeyRequest = z.infer<typeof honoured>;

const HONOURED: ReadonlySet<string> = new Set(Object.keys(honoured.shape));

/** LiteLLM's values that ask for nothing beyond what a key does anyway. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  blocked: false,
  spend: 0,
  key_type: 'default',
  auto_rotate: false,
  send_invite_email: false,
};

/**
 * Reads the body of `POST /key/generate`. A field that would limit or change the key and that is not honoured is refused
 * by name, never silently dropped: a budget that nobody enforces is worse than an error.
 */
export function readGenerateKey(body: Record<string, unknown>): GenerateKeyRequest {
  for (const [field, value] of Object.entries(body)) {
    if (HONOURED.has(field) || asksNothing(field, value)) continue;
    throw new GatewayError('invalid_request', `'${field}' is not supported for keys: leave it out`, {
      param: field,
    });
  }
  const parsed = honoured.safeParse(body);
  if (parsed.success) {
    // A key's metadata may hold anything, but this one limits it.
    regionsOf(parsed.data.metadata?.['allowed_model_region'], 'metadata.allowed_model_region');
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? 'request_body';
  throw new GatewayError('invalid_request', `'${field}': ${issue?.message ?? 'invalid'}`, { param: field });
}

function asksNothing(field: string, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === 'object') return Object.keys(value).length === 0;
  return Object.hasOwn(DEFAULTS, field) && DEFAULTS[field] === value;
}

const deletion = z.object({
  keys: z.array(z.string().min(1)).nullish(),
  key_aliases: z.array(z.string().min(1)).nullish(),
});

/** Reads the body of `POST /key/delete`: at least one key, hash or alias. */
export function readDeleteKeys(body: Record<string, unknown>): { keys: string[]; aliases: string[] } {
  const parsed = deletion.safeParse(body);
  const keys = parsed.data?.keys ?? [];
  const aliases = parsed.data?.key_aliases ?? [];
  if (!parsed.success || keys.length + aliases.length === 0)
    throw new GatewayError('invalid_request', "'keys' or 'key_aliases' is required: a list of strings", {
      param: 'keys',
    });
  return { keys, aliases };
}
