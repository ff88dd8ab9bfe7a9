import {
  createEntry,
  createKey,
  deleteEntries,
  findEntries,
  findKey,
  findScopes,
  listAudit,
  listEntries,
  listKeys,
  listMembers,
  removeMembers,
  rotateKey,
  setMembers,
  updateEntry,
  updateKey,
  verifyAudit,
  type RequestContract,
} from '@tollgate/contracts';
import { AuditController } from '../audit/audit.controller.js';
import { ACTOR, describeOnDatabases, fresh, newEntry, newKey } from '../_directory-stage.js';
import { KeyController } from '../keys/key.controller.js';
import { DirectoryController } from './directory.controller.js';
import { MembershipController } from './membership.controller.js';
import { ScopeController } from './scope.controller.js';

/** Asks a handler as the bus does: what it gets and what it answers are what the contract says, with nothing besides. */
async function ask<Request, Reply>(
  contract: RequestContract<Request, Reply>,
  handler: (request: never) => Promise<unknown>,
  request: Request,
): Promise<Reply> {
  const answer = await handler(contract.input.parse(request) as never);
  const reply = contract.reply.parse(answer);
  expect(answer).toEqual(reply);
  return reply;
}

describeOnDatabases('answers', (stage) => {
  it('answers every question about the directory in the shape of its contract', async () => {
    const { directory, entries, members, scopes } = stage();
    const controller = new DirectoryController(directory, entries);
    const memberships = new MembershipController(directory, members);
    const entry = newEntry('team', { alias: 'Team', settings: { note: null } });
    const kind = 'team' as const;
    await ask(createEntry, (request) => controller.create(request), { actor: ACTOR, entry });
    const update = { actor: ACTOR, kind, id: entry.id, patch: { blocked: true } };
    expect(await ask(updateEntry, (request) => controller.update(request), update)).toMatchObject({
      blocked: true,
    });
    await ask(findEntries, (request) => controller.find(request), { kind, ids: [entry.id] });
    const listed = await ask(listEntries, (request) => controller.list(request), { kind, limit: 10 });
    expect(listed.total).toBe(1);
    const member = { containerKind: kind, containerId: entry.id, userId: fresh('user') };
    const set = { actor: ACTOR, members: [{ ...member, role: 'user' as const, limits: entry.limits }] };
    await ask(setMembers, (request) => memberships.set(request), set);
    const all = await ask(listMembers, (request) => memberships.list(request), { limit: 10 });
    expect(all.members).toHaveLength(1);
    const refs = {
      scopes: [
        { kind, id: entry.id },
        { kind: 'member' as const, id: `${entry.id}:${member.userId}` },
      ],
    };
    const found = await ask(findScopes, (request) => new ScopeController(scopes).find(request), refs);
    expect(found.scopes).toHaveLength(2);
    const { userId, ...container } = member;
    const removal = { actor: ACTOR, ...container, userIds: [userId] };
    expect(
      (await ask(removeMembers, (request) => memberships.remove(request), removal)).removed,
    ).toHaveLength(1);
    const deletion = { actor: ACTOR, kind, ids: [entry.id] };
    expect(
      (await ask(deleteEntries, (request) => controller.delete(request), deletion)).deleted,
    ).toHaveLength(1);
  });

  it('answers every question about keys and the audit log in the shape of its contract', async () => {
    const controller = new KeyController(stage().keys, stage().keyAdmin);
    const audit = new AuditController(stage().audit);
    const key = newKey({ routing: { numRetries: 1 } });
    const { hash } = await ask(createKey, (request) => controller.create(request), { actor: ACTOR, key });
    const patch = { blocked: true, routing: null };
    await ask(updateKey, (request) => controller.update(request), { actor: ACTOR, hash, patch });
    const newHash = fresh('new');
    const rotation = { actor: ACTOR, hash, newHash, newName: 'sk-...x', graceUntil: null, patch: {} };
    await ask(rotateKey, (request) => controller.rotate(request), rotation);
    expect(await ask(findKey, (request) => controller.find(request), { hash: newHash })).not.toBeNull();
    const query = { hashes: [newHash], limit: 10 };
    expect((await ask(listKeys, (request) => controller.list(request), query)).total).toBe(1);
    const log = await ask(listAudit, (request) => audit.list(request), { limit: 10, object: 'key' });
    expect(log.records.map(({ action }) => action)).toEqual(['rotated', 'updated', 'created']);
    expect(await ask(verifyAudit, (request) => audit.verify(request), {})).toMatchObject({ brokenAt: null });
  });
});
