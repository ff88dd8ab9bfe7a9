import type { KeyRecord, KeyRouting } from '@tollgate/contracts';
import { GatewayError } from '@tollgate/contracts';
import { z } from 'zod';
import type { FieldTable, RecordPatch } from '../admin/fields/field-use.js';
import { NEW_RECORD, parse, readRecord } from '../admin/fields/read-record.js';
import { MAX_KEY_LENGTH } from '../auth/key-text.js';
import { expiryOf } from './key-duration.js';
import { KEY_FIELDS, NEW_KEY_FIELDS } from './key-fields.js';
import { readRouterSettings } from './router-settings.js';

type Body = Readonly<Record<string, unknown>>;

/** 16 characters after `sk-`: what anyone would type by hand is shorter. */
const MIN_KEY_LENGTH = 19;

const ownFields = z.object({
  key: z.string().nullish(),
  duration: z.string().nullish(),
  aliases: z.record(z.string(), z.string()).nullish(),
  router_settings: z.record(z.string(), z.unknown()).nullish(),
});

/** Reads the body of `POST /key/generate`. Throws `invalid_request` naming a field that is malformed, unknown or not enforced. */
export function readNewKey(body: Body, now: number): { key: string | null; patch: RecordPatch } {
  const { patch, own } = readRecord(body, { of: 'keys', fields: NEW_KEY_FIELDS }, NEW_RECORD, now);
  return { key: ownKey(parse(ownFields, own).key), patch: withOwn(patch, own, undefined, now) };
}

/** Reads what a body changes in a key. `fields`: what the route adds, as fields of its own. */
export function readKeyChange(
  body: Body,
  current: KeyRecord,
  { fields, now }: { readonly fields: FieldTable; readonly now: number },
): { patch: RecordPatch; own: Readonly<Record<string, unknown>> } {
  const read = readRecord(body, { of: 'keys', fields: { ...KEY_FIELDS, ...fields } }, current, now);
  return { patch: withOwn(read.patch, read.own, current.routing, now), own: read.own };
}

function withOwn(patch: RecordPatch, own: Body, routing: KeyRouting | undefined, now: number): RecordPatch {
  const { duration, aliases, router_settings: settings } = parse(ownFields, own);
  if (duration !== undefined) patch.expiresAt = expiryOf(duration, now);
  if (settings === undefined && aliases === undefined) return patch;
  const asked = settings === undefined ? routing : readRouterSettings(settings);
  // LiteLLM has two places for a key's aliases.
  patch.routing =
    aliases === undefined
      ? (asked ?? {})
      : { ...asked, aliases: { ...(settings !== undefined && asked?.aliases), ...aliases } };
  return patch;
}

/** A key of the caller's own making. */
export function ownKey(key: string | null | undefined, param = 'key'): string | null {
  if (key === null || key === undefined) return null;
  if (!/^sk-[\x21-\x7e]+$/.test(key) || key.length < MIN_KEY_LENGTH || key.length > MAX_KEY_LENGTH)
    throw new GatewayError(
      'invalid_request',
      `'${param}' must start with 'sk-' and have ${MIN_KEY_LENGTH} to ${MAX_KEY_LENGTH} printable characters`,
      { param },
    );
  return key;
}

const deletion = z.object({
  keys: z.array(z.string().min(1)).max(1_000).nullish(),
  key_aliases: z.array(z.string().min(1)).max(1_000).nullish(),
});

/** Reads the body of `POST /key/delete`: at least one key, hash or alias. */
export function readDeleteKeys(body: Body): { keys: string[]; aliases: string[] } {
  const parsed = deletion.safeParse(body);
  const keys = parsed.data?.keys ?? [];
  const aliases = parsed.data?.key_aliases ?? [];
  if (!parsed.success || keys.length + aliases.length === 0)
    throw new GatewayError('invalid_request', "'keys' or 'key_aliases' is required: a list of strings", {
      param: 'keys',
    });
  return { keys, aliases };
}
