import { createHash } from 'node:crypto';
import { GatewayError, type NewKey } from '@tollgate/contracts';
import { NEW_KEY, NEW_KEY_FIELDS, readNewKey } from '@tollgate/ingress';
import { ACTOR, nameOfRow, type ImportContext } from './context.js';
import { bodyOf } from './litellm-body.js';
import type { Row } from './source.js';
import { readTolerantly } from './tolerant-read.js';
import { objectOf, textOf, timeOf } from './values.js';

const KEYS = 'LiteLLM_VerificationToken';
const HASH = /^[0-9a-f]{64}$/;
/** The team of the keys that LiteLLM's own dashboard logs in with. */
const DASHBOARD_TEAM = 'litellm-dashboard';

interface WantedKey {
  readonly key: NewKey;
  readonly lost: readonly string[];
}

/** Takes keys by their hashes, so that they go on working; those that are here, or were and are deleted, are left as they are. */
export async function takeKeys(context: ImportContext): Promise<void> {
  const { source, progress, importer } = context;
  progress.start('keys', await source.count(KEYS));
  for await (const rows of source.pages(KEYS)) {
    const taken: string[] = [];
    for (const row of rows) taken.push(...(await takeKey(context, row)));
    // A key that an earlier import could not take may have its calls in the ledger.
    if (!context.dryRun) await importer.spend.countEarlier(taken);
    progress.add(rows.length);
  }
}

/** Returns its hash when it was taken now. */
async function takeKey(context: ImportContext, row: Row): Promise<string[]> {
  const { importer, report, present, dryRun } = context;
  if (row['team_id'] === DASHBOARD_TEAM) return [];
  const name = nameOfRow(row, 'key_alias', 'key_name', 'token');
  const hash = hashOf(row['token']);
  try {
    if (hash === null) throw new GatewayError('invalid_request', 'its token is no SHA-256');
    const found = await importer.keys.find(hash, true);
    if (found !== null) {
      report.there('keys');
      if (found.status === 'active' && found.key.hash === hash) present.add('key', hash);
      return [];
    }
    const { key, lost } = readKey(row, hash, context.now);
    if (dryRun) checkOwners(context, key);
    const isNew = dryRun || (await create(context, key, name));
    if (isNew) {
      for (const what of lost) report.lost('keys', name, what);
      report.taken('keys');
      present.add('key', hash);
    } else report.there('keys');
    return isNew ? [hash] : [];
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause;
    report.refused('keys', name, cause.message);
    return [];
  }
}

/** What the store says when it is asked for real. */
function checkOwners({ present }: ImportContext, { teamId, organizationId, projectId }: NewKey): void {
  for (const [kind, id] of [
    ['team', teamId],
    ['organization', organizationId],
    ['project', projectId],
  ] as const)
    if (id !== null && !present.has(kind, id))
      throw new GatewayError('not_found', `there is no ${kind} with the id ${id}`);
}

/** Early versions stored keys as they are. */
function hashOf(token: unknown): string | null {
  const text = textOf(token);
  if (text?.startsWith('sk-') === true) return createHash('sha256').update(text).digest('hex');
  return text !== null && HASH.test(text) ? text : null;
}

function readKey(row: Row, hash: string, now: number): WantedKey {
  const body = {
    ...bodyOf(row, NEW_KEY_FIELDS, now),
    ...filled('aliases', row['aliases']),
    ...filled('router_settings', row['router_settings']),
  };
  const { value: patch, lost } = readTolerantly(body, NEW_KEY_FIELDS, (part) => readNewKey(part, now).patch);
  const name = textOf(row['key_name']) ?? 'sk-...';
  return { key: { ...NEW_KEY, ...patch, hash, name, expiresAt: timeOf(row['expires']) }, lost };
}

const filled = (field: string, value: unknown): Row =>
  Object.keys(objectOf(value)).length > 0 ? { [field]: value } : {};

/** Returns false when it is here already, under a hash that it had before. */
async function create({ importer, report }: ImportContext, key: NewKey, name: string): Promise<boolean> {
  try {
    await importer.keyAdmin.create(ACTOR, key);
    return true;
  } catch (cause) {
    const param = cause instanceof GatewayError ? cause.toShape().param : undefined;
    if (param === 'key') return false;
    if (param !== 'key_alias') throw cause;
    // Aliases were not unique in LiteLLM's earlier versions, and the key must go on working.
    const alias = `${key.alias ?? ''} (${key.hash.slice(0, 8)})`;
    await importer.keyAdmin.create(ACTOR, { ...key, alias });
    report.lost('keys', name, `another key has its alias; it is now "<alias> (<first of its hash>)"`);
    return true;
  }
}
