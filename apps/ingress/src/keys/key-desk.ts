import { Inject, Injectable } from '@nestjs/common';
import { BUS, type Bus } from '@tollgate/bus';
import {
  GatewayError,
  NO_LIMITS,
  createKey,
  deleteKeys,
  findKey,
  listKeys,
  rotateKey,
  updateKey,
  type KeyRecord,
  type NewKey,
  type SpentKey,
} from '@tollgate/contracts';
import type { RecordPatch } from '../admin/fields/field-use.js';
import { checkObjectPermission } from '../admin/fields/object-permission.js';
import type { Authority } from '../auth/authority.js';
import { Authenticator } from '../auth/authenticator.js';
import { KeyCache } from '../auth/key-cache.js';
import { digestOf, hashOfKey } from '../auth/key-digests.js';
import { maskKey, newKeyText } from '../auth/key-text.js';
import { expiryOf } from './key-duration.js';
import { KeyOwners } from './key-owners.js';
import { checkChange, checkPolicy, keyRight, signed, type KeyRight } from './key-rights.js';

/** A key's text, which is shown once, and its record. */
export interface MadeKey {
  readonly text: string;
  readonly found: Pick<SpentKey, 'key' | 'spendNanos'>;
}

/** A key of which nothing was said. */
export const NEW_KEY: Omit<NewKey, 'hash' | 'name'> = {
  alias: null,
  models: [],
  userId: null,
  teamId: null,
  organizationId: null,
  projectId: null,
  blocked: false,
  metadata: {},
  limits: NO_LIMITS,
  budgetId: null,
  policy: {},
  allowedRoutes: [],
  type: 'default',
  settings: {},
  expiresAt: null,
};

/** Makes, changes and deletes keys for those who may. Keys become hashes here: billing never sees one. */
@Injectable()
export class KeyDesk {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly cache: KeyCache,
    private readonly owners: KeyOwners,
    private readonly authenticator: Authenticator,
  ) {}

  /** @param wanted `key`: its text where the caller brings one. */
  async make(
    by: Authority,
    wanted: { readonly key: string | null; readonly patch: RecordPatch },
    route: string,
  ): Promise<MadeKey> {
    const { patch } = wanted;
    await this.owners.check(by, patch, patch, route);
    if (!by.isAdmin) checkPolicy(patch);
    checkObjectPermission(by, patch);
    return this.makeFor(by, wanted);
  }

  /** For an owner that may be given it. */
  async makeFor(
    by: Authority,
    wanted: { readonly key: string | null; readonly patch: RecordPatch },
  ): Promise<MadeKey> {
    const { patch } = wanted;
    const text = wanted.key ?? newKeyText();
    const hash = this.newHash(text, 'key');
    const expiresAt = patch.expiresAt === undefined ? await this.lifeOf(patch) : patch.expiresAt;
    const key: NewKey = { ...NEW_KEY, ...patch, expiresAt, hash, name: maskKey(text) };
    const record = await this.bus.request(createKey, { actor: by.actor, key });
    this.cache.drop(hash);
    return { text, found: { key: record, spendNanos: 0 } };
  }

  private newHash(text: string, param: string): string {
    const { hash } = digestOf(text);
    if (!this.authenticator.isMaster(hash)) return hash;
    throw new GatewayError('invalid_request', `'${param}' must not be the master key`, { param });
  }

  /** How long keys of a team's members live when nobody says. */
  private async lifeOf(patch: RecordPatch): Promise<number | null> {
    if (patch.userId === null || patch.userId === undefined) return null;
    const team = await this.owners.teamOf(patch);
    const life = team?.settings['team_member_key_duration'];
    return typeof life === 'string' ? expiryOf(life, Date.now(), 'team_member_key_duration') : null;
  }

  /** By key or hash. Rejects with `not_found`. */
  async find(keyOrHash: string, deleted = false): Promise<SpentKey> {
    const hash = hashOfKey(keyOrHash);
    const found = await this.bus.request(findKey, { hash, ...(deleted && { deleted }) });
    if (found === null) throw unknownKey('key');
    return found;
  }

  /** A key that the caller may change. `route`: the permission that members of its team need. */
  async claim(
    by: Authority,
    keyOrHash: string,
    route: string,
  ): Promise<{ found: SpentKey; right: KeyRight }> {
    const found = await this.find(keyOrHash);
    const team = by.isAdmin ? undefined : await this.owners.teamOf(found.key);
    return { found, right: keyRight(by, found.key, team, route) };
  }

  async change(by: Authority, { found, right }: Claim, patch: RecordPatch, route: string): Promise<SpentKey> {
    await this.checkPatch(by, { found, right }, patch, route);
    const { hash } = found.key;
    const request = { actor: by.actor, hash, patch: signed(by, patch, found.key) };
    const key = await this.bus.request(updateKey, request);
    this.cache.drop(hash);
    return { ...found, key };
  }

  /** Gives a key a new value. `graceUntil`: the old one is good until then (epoch ms). */
  async rotate(by: Authority, claim: Claim, wanted: Rotation, route: string): Promise<MadeKey> {
    await this.checkPatch(by, claim, wanted.patch, route);
    await this.owners.checkShown(by, claim.found.key);
    const { hash } = claim.found.key;
    const text = wanted.key ?? newKeyText();
    const newHash = this.newHash(text, 'new_key');
    const { graceUntil } = wanted;
    const patch = signed(by, wanted.patch, claim.found.key);
    const request = { actor: by.actor, hash, newHash, newName: maskKey(text), graceUntil, patch };
    const key = await this.bus.request(rotateKey, request);
    this.cache.drop(hash);
    this.cache.drop(newHash);
    return { text, found: { key, spendNanos: claim.found.spendNanos } };
  }

  private async checkPatch(
    by: Authority,
    { found, right }: Claim,
    patch: RecordPatch,
    route: string,
  ): Promise<void> {
    checkChange(by, right, patch, found.key);
    checkObjectPermission(by, patch, found.key.settings);
    if (right !== 'holder') await this.owners.check(by, { ...ownersOf(found.key), ...patch }, patch, route);
  }

  /** Returns the hashes that there were. Rejects with `not_found` when there was none, `forbidden` when one is not the caller's. */
  async delete(by: Authority, hashes: readonly string[], aliases: readonly string[]): Promise<string[]> {
    if (!by.isAdmin) await this.checkDeletion(by, hashes, aliases);
    const request = { actor: by.actor, hashes: [...hashes], aliases: [...aliases] };
    const { deleted } = await this.bus.request(deleteKeys, request);
    for (const hash of deleted) this.cache.drop(hash);
    if (deleted.length === 0) throw unknownKey('keys');
    return deleted;
  }

  private async checkDeletion(
    by: Authority,
    hashes: readonly string[],
    aliases: readonly string[],
  ): Promise<void> {
    const route = '/key/delete';
    for (const hash of hashes) {
      const found = await this.bus.request(findKey, { hash });
      if (found !== null) keyRight(by, found.key, await this.owners.teamOf(found.key), route);
    }
    for (const alias of aliases) {
      const { keys } = await this.bus.request(listKeys, { alias, limit: 1_000 });
      for (const { key } of keys.filter((found) => found.key.alias === alias))
        keyRight(by, key, await this.owners.teamOf(key), route);
    }
  }
}

interface Claim {
  readonly found: SpentKey;
  readonly right: KeyRight;
}

export interface Rotation {
  readonly key: string | null;
  readonly graceUntil: number | null;
  readonly patch: RecordPatch;
}

const ownersOf = ({ teamId, userId, organizationId, projectId }: KeyRecord) => ({
  teamId,
  userId,
  organizationId,
  projectId,
});

const unknownKey = (param: string): GatewayError =>
  new GatewayError('not_found', 'Key not found in database', { param });
